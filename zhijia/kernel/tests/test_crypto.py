import threading

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, strategies as st

from zhijia.kernel import crypto

KEY_1, KEY_2 = "0123456789abcdeffedcba9876543210", "00112233445566778899aabbccddeeff"
LONG = KEY_1 + KEY_2
PLACE = {"table_column": "people_person.number", "row": "7h2k9v0c4m1xq8tz"}


@pytest.fixture
def ring():
    return crypto.Keyring({1: KEY_1}, current=1)


# --- Published vectors


def test_sm3_gives_the_digest_of_the_standard():
    assert crypto.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert crypto.sm3(b"a", b"bc") == crypto.sm3(b"abc")


def test_the_librarys_sm4_gives_the_block_of_the_standard():
    encryptor = Cipher(algorithms.SM4(bytes.fromhex(KEY_1)), modes.ECB()).encryptor()
    assert encryptor.update(bytes.fromhex(KEY_1)).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_gives_the_vector_of_rfc_8998():
    encryptor = Cipher(
        algorithms.SM4(bytes.fromhex(KEY_1)), modes.GCM(bytes.fromhex("00001234567800000000abcd"))
    ).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    plain = "".join(two * 8 for two in ("aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa"))
    sealed = encryptor.update(bytes.fromhex(plain)) + encryptor.finalize()
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert encryptor.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_ed25519_gives_the_first_vector_of_rfc_8032():
    signer = crypto.Signer({9: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"}, current=9)
    assert signer.public_keys() == {9: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"}
    assert signer.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


# --- Sealing


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again_in_its_place(text):
    ring = crypto.Keyring({1: KEY_1}, current=1)
    sealed = ring.seal(text, **PLACE)
    assert ring.open_sealed(sealed, **PLACE) == text
    assert len(sealed) == len(text.encode()) + crypto.SEAL_OVERHEAD


def test_a_memoryview_as_the_database_gives_it_opens_too(ring):
    assert ring.open_sealed(memoryview(ring.seal("13800130001", **PLACE)), **PLACE) == "13800130001"


@pytest.mark.parametrize(
    "place",
    [
        {"table_column": "people_person.number", "row": "7h2k9v0c4m1xq8tw"},
        {"table_column": "people_person.mobile", "row": "7h2k9v0c4m1xq8tz"},
        {"table_column": "people_person.number7", "row": "h2k9v0c4m1xq8tz"},
    ],
)
def test_a_value_copied_to_another_row_or_column_does_not_open(ring, place):
    sealed = ring.seal("370299199003070010", **PLACE)
    with pytest.raises(crypto.SealBroken):
        ring.open_sealed(sealed, **place)


def test_one_changed_bit_anywhere_keeps_a_seal_shut(ring):
    sealed = ring.seal("370299199003070010", **PLACE)
    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            with pytest.raises(crypto.SealBroken):
                ring.open_sealed(bytes(changed), **PLACE)
    for length in range(len(sealed)):
        with pytest.raises(crypto.SealBroken):
            ring.open_sealed(sealed[:length], **PLACE)


def test_the_same_text_is_sealed_differently_each_time_and_reproducibly_with_given_randomness(ring):
    assert ring.seal("张三", **PLACE) != ring.seal("张三", **PLACE)
    fixed = [ring.seal("张三", **PLACE, randomness=lambda n: b"\7" * n) for _ in range(2)]
    assert fixed[0] == fixed[1]
    assert fixed[0][:13] == b"\1" + b"\7" * 12


def test_after_a_key_change_old_values_open_and_new_ones_carry_the_new_version(ring):
    old = ring.seal("张三", **PLACE)
    both = crypto.Keyring({1: KEY_1, 2: KEY_2}, current=2)
    new = both.seal("张三", **PLACE)
    assert (both.open_sealed(old, **PLACE), both.open_sealed(new, **PLACE)) == ("张三", "张三")
    assert (both.is_current(old), both.is_current(new)) == (False, True)
    with pytest.raises(crypto.SealBroken):
        ring.open_sealed(new, **PLACE)


# --- Hashes


def test_a_blind_index_is_the_same_for_the_same_document_only():
    index = crypto.BlindIndex(LONG)
    one = index.of("RESIDENT_ID", "370299199003070010")
    assert one == crypto.BlindIndex(LONG.upper()).of("RESIDENT_ID", "370299199003070010")
    assert len(one) == crypto.DIGEST_HEX
    others = {
        index.of("PASSPORT", "370299199003070010"),
        index.of("RESIDENT_ID", "37029919850612002X"),
        index.of("RESIDENT_ID3", "70299199003070010"),
        crypto.BlindIndex(LONG[::-1]).of("RESIDENT_ID", "370299199003070010"),
    }
    assert len(others | {one}) == 5


def test_a_keyed_hash_separates_purposes_and_parts():
    hashes = crypto.KeyedHash(LONG)
    stored = hashes.digest("mobile", "13800130001")
    assert hashes.matches(stored, "mobile", "13800130001")
    assert not hashes.matches(stored, "code", "13800130001")
    assert not hashes.matches(stored, "mobile", "1380013000", "1")
    assert not hashes.matches("", "mobile", "13800130001")


def test_a_keyed_digest_tells_equal_contents_and_needs_a_whole_key():
    assert crypto.keyed_digest(LONG, "张三") == crypto.keyed_digest(LONG, "张三")
    assert crypto.keyed_digest(LONG, "张三") != crypto.keyed_digest(LONG, "张三丰")
    assert crypto.keyed_digest(LONG, "张三") != crypto.keyed_digest(LONG[::-1], "张三")
    with pytest.raises(crypto.MissingKey):
        crypto.keyed_digest("", "张三")


def test_one_blind_index_serves_many_threads():
    index = crypto.BlindIndex(LONG)
    expected = {n: index.of("RESIDENT_ID", str(n)) for n in range(300)}
    wrong = []

    def work():
        wrong.extend(n for n in expected if index.of("RESIDENT_ID", str(n)) != expected[n])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- Signatures


def test_a_signature_holds_for_its_message_and_key_only():
    signer = crypto.Signer({1: LONG, 2: LONG[::-1]}, current=2)
    verifier = signer.verifier()
    signature = signer.sign(b"message")
    assert verifier.verify(2, b"message", signature)
    assert not verifier.verify(1, b"message", signature)
    assert not verifier.verify(3, b"message", signature)
    assert not verifier.verify(2, b"massage", signature)
    assert not verifier.verify(2, b"message", signature[:-1])


def test_a_retired_key_still_verifies_without_its_seed():
    old = crypto.Signer({1: LONG}, current=1)
    signature = old.sign(b"poster")
    today = crypto.Signer({2: LONG[::-1]}, current=2)
    assert today.verifier(old.public_keys()).verify(1, b"poster", signature)
    assert not today.verifier().verify(1, b"poster", signature)


def test_one_key_id_never_stands_for_two_keys():
    signer = crypto.Signer({1: LONG}, current=1)
    other = crypto.Signer({1: LONG[::-1]}, current=1)
    with pytest.raises(crypto.MissingKey, match="already belongs"):
        signer.verifier(other.public_keys())


# --- Settings


def test_a_new_environment_holds_all_keys_an_installation_needs():
    environ = crypto.new_environment()
    keys = crypto.load_keys(environ)
    sealed = keys.keyring.seal("张三", **PLACE)
    assert crypto.load_keyring(environ).open_sealed(sealed, **PLACE) == "张三"
    assert keys.verifier.verify(1, b"m", keys.signer.sign(b"m"))
    assert crypto.new_environment() != environ


@pytest.mark.parametrize(
    "name", [crypto.SEAL_KEYS, crypto.INDEX_KEY, crypto.HASH_KEY, crypto.SIGNING_KEYS, crypto.PRINT_KEYS]
)
def test_a_missing_or_mangled_key_stops_the_start_and_is_named_but_not_shown(name):
    environ = crypto.new_environment()
    secret = environ[name].removeprefix("1:")
    for value in (None, "", " ", secret[:-1], "1:" + secret[:-1], secret + "z"):
        broken = {**environ, name: value} if value is not None else {k: v for k, v in environ.items() if k != name}
        with pytest.raises(crypto.MissingKey) as caught:
            crypto.load_keys(broken)
        assert secret[:8] not in str(caught.value)


def test_the_current_key_is_the_one_named_or_else_the_highest():
    both = f"1:{KEY_1}, 2:{KEY_2}"
    assert crypto.load_keyring({crypto.SEAL_KEYS: both}).current == 2
    assert crypto.load_keyring({crypto.SEAL_KEYS: both + ",current:1"}).current == 1
    for wrong in (both + ",current:3", f"1:{KEY_1},1:{KEY_2}", f"0:{KEY_1}", f"256:{KEY_1}", "current:1", KEY_1):
        with pytest.raises(crypto.MissingKey):
            crypto.load_keyring({crypto.SEAL_KEYS: wrong})


def test_retired_signing_keys_are_read_from_their_public_halves():
    old = crypto.Signer({1: LONG}, current=1)
    environ = {
        **crypto.new_environment(),
        crypto.SIGNING_KEYS: f"2:{LONG[::-1]}",
        crypto.VERIFY_KEYS: f"1:{old.public_keys()[1]}",
    }
    assert crypto.load_keys(environ).verifier.verify(1, b"poster", old.sign(b"poster"))


def test_no_repr_shows_a_key():
    keys = crypto.load_keys({**crypto.new_environment(), crypto.SEAL_KEYS: f"1:{KEY_1}"})
    assert KEY_1[:8] not in repr(keys)
    assert "versions=[1]" in repr(keys)
