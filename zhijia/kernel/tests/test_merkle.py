import hashlib

import pytest
from hypothesis import given, strategies as st

from zhijia.kernel import merkle as m
from zhijia.kernel.crypto import sm3

# The entries and roots that implementations of RFC 6962 have shared since 2013.
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LIMIT = 64


def root_by_definition(leaves, hashed):
    """RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return hashed(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashed(b"\1" + root_by_definition(leaves[:split], hashed) + root_by_definition(leaves[split:], hashed))


def tree(count, hashed=m.sha256):
    leaves = [m.leaf_hash(f"entry {n}".encode(), hashed) for n in range(count)]
    frontier, nodes = m.extend(m.EMPTY, leaves, hashed)
    return leaves, frontier, {(node.level, node.position): node.digest for node in nodes}


LEAVES, _, NODES = tree(LIMIT)
HEADS = [m.extend(m.EMPTY, LEAVES[:n], m.sha256)[0].root(m.sha256) for n in range(LIMIT + 1)]


def inclusion(index, size):
    return m.prove(m.inclusion_ranges(index, size), NODES, m.sha256)


def consistency(first, second):
    return m.prove(m.consistency_ranges(first, second), NODES, m.sha256)


def included(leaf, index, size, proof, root):
    return m.verify_inclusion(leaf, index, size, proof=proof, root=root, hashed=m.sha256)


def consistent(first, second, old, new, proof):
    return m.verify_consistency(first, second, first_root=old, second_root=new, proof=proof, hashed=m.sha256)


def test_roots_are_those_of_rfc_6962():
    leaves = [m.leaf_hash(entry, m.sha256) for entry in ENTRIES]
    assert [m.extend(m.EMPTY, leaves[:n], m.sha256)[0].root(m.sha256).hex() for n in range(9)] == ROOTS


def test_inclusion_and_consistency_proofs_are_those_of_rfc_6962():
    leaves = [m.leaf_hash(entry, m.sha256) for entry in ENTRIES]
    nodes = {(node.level, node.position): node.digest for node in m.extend(m.EMPTY, leaves, m.sha256)[1]}
    path = m.prove(m.inclusion_ranges(5, 8), nodes, m.sha256)
    assert [step.hex() for step in path] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    path = m.prove(m.consistency_ranges(6, 8), nodes, m.sha256)
    assert [step.hex() for step in path] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@pytest.mark.parametrize("hashed", [m.sha256, sm3])
def test_heads_are_those_of_the_definition_at_every_size(hashed):
    leaves, _, _ = tree(LIMIT, hashed)
    for size in range(LIMIT + 1):
        assert m.extend(m.EMPTY, leaves[:size], hashed)[0].root(hashed) == root_by_definition(leaves[:size], hashed)


def test_every_leaf_is_proved_at_every_size_and_nowhere_else():
    for size in range(1, LIMIT + 1):
        for index in range(size):
            proof = inclusion(index, size)
            assert len(proof) <= (size - 1).bit_length()
            assert included(LEAVES[index], index, size, proof, HEADS[size])
            assert not included(LEAVES[index], index, size, proof, HEADS[size - 1])
            other = (index + 1) % (size + 1)
            assert not included(LEAVES[index], other, size, proof, HEADS[size])
            assert not included(LEAVES[index], index, size, [*proof, proof[-1] if proof else HEADS[1]], HEADS[size])
            if proof:
                assert not included(LEAVES[index], index, size, proof[:-1], HEADS[size])


def test_every_pair_of_sizes_is_proved_consistent_and_no_other_head_is():
    for second in range(1, LIMIT + 1):
        for first in range(1, second + 1):
            proof = consistency(first, second)
            assert consistent(first, second, HEADS[first], HEADS[second], proof)
            assert not consistent(first, second, HEADS[first - 1], HEADS[second], proof)
            assert not consistent(first, second, HEADS[first], HEADS[second - 1], proof)
            assert not consistent(first, second, HEADS[first], HEADS[second], [*proof, HEADS[0]])
            if proof:
                assert not consistent(first, second, HEADS[first], HEADS[second], proof[:-1])


def test_the_empty_tree_begins_every_tree():
    assert consistent(0, 5, HEADS[0], HEADS[5], [])
    assert not consistent(0, 5, HEADS[1], HEADS[5], [])
    assert not consistent(0, 5, HEADS[0], HEADS[5], [HEADS[1]])
    assert not consistent(6, 5, HEADS[6], HEADS[5], [])
    assert not consistent(-1, 5, HEADS[0], HEADS[5], [])


@given(st.integers(1, 64), st.data())
def test_one_changed_bit_of_leaf_or_proof_is_found(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = [LEAVES[index], *inclusion(index, size)]
    place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    changed = (int.from_bytes(proof[place], "big") ^ (1 << bit)).to_bytes(32, "big")
    proof[place] = changed
    assert not included(proof[0], index, size, proof[1:], HEADS[size])


@given(st.integers(2, 64), st.data())
def test_one_changed_entry_is_found_by_the_consistency_proof(size, data):
    first = data.draw(st.integers(1, size - 1))
    index = data.draw(st.integers(0, first - 1))
    forged = [*LEAVES[:index], m.leaf_hash(b"forged", m.sha256), *LEAVES[index + 1 : size]]
    frontier, nodes = m.extend(m.EMPTY, forged, m.sha256)
    stored = {(node.level, node.position): node.digest for node in nodes}
    proof = m.prove(m.consistency_ranges(first, size), stored, m.sha256)
    assert not consistent(first, size, HEADS[first], frontier.root(m.sha256), proof)


@given(st.lists(st.integers(0, 20), max_size=6))
def test_batches_of_any_size_make_the_same_tree_and_each_node_once(batches):
    total = min(sum(batches), LIMIT)
    frontier, nodes, done = m.EMPTY, [], 0
    for batch in batches:
        frontier, new = m.extend(frontier, LEAVES[done : done + batch], m.sha256)
        nodes += new
        done = frontier.size
    assert frontier == m.extend(m.EMPTY, LEAVES[:total], m.sha256)[0]
    keys = [(node.level, node.position) for node in nodes]
    assert len(keys) == len(set(keys)) == 2 * total - total.bit_count()
    assert all(NODES[node.level, node.position] == node.digest for node in nodes)


def test_appending_hashes_less_than_twice_a_leaf():
    calls = 0

    def counted(content):
        nonlocal calls
        calls += 1
        return hashlib.sha256(content).digest()

    frontier, _ = m.extend(m.EMPTY, [LEAVES[0]] * 1000, counted)
    assert calls == 1000 - (1000).bit_count()
    assert len(frontier.digests) == 6


def test_a_proof_in_a_large_tree_needs_few_nodes():
    million = 1_000_000
    for index in (0, 524_287, 524_288, 999_999):
        ranges = m.inclusion_ranges(index, million)
        assert len(ranges) <= 20
        assert len(m.nodes_needed(ranges)) <= 40
    assert len(m.nodes_needed(m.consistency_ranges(777_777, million))) <= 40


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_a_leaf_outside_the_tree_has_no_proof(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        m.inclusion_ranges(index, size)
    assert not included(LEAVES[0], index, size, [], HEADS[1])


@pytest.mark.parametrize(("first", "second"), [(0, 5), (6, 5)])
def test_sizes_that_do_not_follow_have_no_proof(first, second):
    with pytest.raises(ValueError, match="does not begin"):
        m.consistency_ranges(first, second)


def test_a_frontier_that_fits_no_size_is_refused():
    with pytest.raises(ValueError, match="none of 3 leaves"):
        m.Frontier(3, (LEAVES[0],))
