"""The interface's own description: complete for tests and client generators, not served."""

from tests.support.desk import Desk

CONTRACT = """
POST /reports, GET /reports, GET /reports/{}, GET /reports/{}/problems, GET /transactions/{},
GET /breaks, GET /breaks/summary, GET /breaks/{}, POST /breaks/{}/resolution,
GET /settlement/proof, GET /anomalies,
GET /programmes, GET /forecasts, POST /simulations, GET /risk/merchants, GET /risk/cards,
GET /audit/head, GET /audit/events, GET /audit/proof/{}, POST /admin/validate-datasets, GET /admin/dlq,
POST /admin/dlq/redrive, GET /admin/mappings, POST /admin/mappings, POST /admin/mappings/{}/approval,
GET /transactions/{}/links, GET /breaks/clusters, GET /settlement/batches/{}/files,
GET /risk/merchants/{}/links, GET /risk/rings, GET /admin/fee-schedules, POST /admin/fee-schedules,
GET /health, GET /health/live, GET /health/ready, GET /metrics
"""


def test_every_route_of_the_contract_is_there_and_no_other() -> None:
    described = {
        f"{method.upper()} {'/'.join('{}' if part.startswith('{') else part for part in path.split('/'))}"
        for path, methods in Desk().admin_app().openapi()["paths"].items()
        for method in methods
    }
    assert described == {" ".join(route.split()) for route in CONTRACT.split(",")}


def test_the_description_is_not_served() -> None:
    client = Desk().admin()
    assert [client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]
