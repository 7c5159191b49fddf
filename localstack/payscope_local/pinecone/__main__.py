"""``python -m payscope_local.pinecone PORT``: serve on loopback; key and DSN come by environment."""

import os
import sys

import uvicorn

from payscope_local.pinecone.app import create_app
from payscope_local.pinecone.connections import Connections
from payscope_local.pinecone.indexes import Indexes
from payscope_local.pinecone.vectors import Vectors
from payscope_local.ports import LOOPBACK


def main() -> None:
    port = int(sys.argv[1])
    connections = Connections(os.environ["PAYSCOPE_VECTORS_DSN"])
    indexes = Indexes(connections)
    indexes.set_up()
    app = create_app(
        indexes,
        Vectors(connections, indexes),
        os.environ["PAYSCOPE_VECTORS_API_KEY"],
        f"http://{LOOPBACK}:{port}",
    )
    uvicorn.run(app, host=LOOPBACK, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
