"""The Merkle tree of a log, as Certificate Transparency defines it (RFC 6962, section 2.1).

leaf = SHA-256(0x00 || data), node = SHA-256(0x01 || left || right); the split is at the largest
power of two below the number of leaves. A proof lets anyone who holds the root check one entry
without the others.
"""

import hashlib
from collections.abc import Sequence


def leaf_hash(data: bytes) -> bytes:
    """Hash of one entry's bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes, in order; of no leaves, SHA-256 of nothing.

    Folds equal-sized subtrees as they complete, so it is linear and needs no recursion.
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    complete: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, node = 1, leaf
        while complete and complete[-1][0] == size:
            node = _node(complete.pop()[1], node)
            size *= 2
        complete.append((size, node))
    node = complete.pop()[1]
    while complete:
        node = _node(complete.pop()[1], node)
    return node


def inclusion_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Sibling hashes from the leaf at ``index`` up to the root.

    Raises:
        IndexError: There is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    start, end = 0, len(leaves)
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(root_hash(leaves[middle:end]))
            end = middle
        else:
            path.append(root_hash(leaves[start:middle]))
            start = middle
    return tuple(reversed(path))


def includes(root: bytes, size: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the tree has the leaf at that index (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, position, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if position % 2 or position == last:
            node = _node(sibling, node)
            while position % 2 == 0 and position:
                position //= 2
                last //= 2
        else:
            node = _node(node, sibling)
        position //= 2
        last //= 2
    return last == 0 and node == root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1
