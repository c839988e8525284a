"""Sealing, searching and signing with keys that can be changed: SM4-GCM, SM3, HMAC-SM3 and Ed25519.

Four purposes, four sets of keys, none of them derived from another: `Keyring` seals what must be hidden, `BlindIndex`
finds it again, `KeyedHash` remembers mobile numbers and one-time codes, `Signer` and `Verifier` sign what a stranger
may check. No key, plaintext or number stands in a `repr` or in a message. All key texts are hexadecimal.

Source: GB/T 32907-2016 (SM4), GB/T 32905-2016 (SM3), RFC 8998 (SM4-GCM), RFC 8032 (Ed25519);
docs/rules/kernel.md#crypto
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.ids import Randomness

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
SEAL_OVERHEAD: Final = 1 + NONCE_BYTES + TAG_BYTES
"""A sealed text is this many bytes longer than its UTF-8."""
SIGNATURE_BYTES: Final = 64
DIGEST_HEX: Final = 32
"""Length of a blind index or keyed hash in hexadecimal characters: 16 bytes, half of HMAC-SM3."""


class MissingKey(Exception):
    """A key is absent or malformed: the process must not start. The text names the setting and never its value."""


class SealBroken(ZhijiaError):
    """A sealed value does not open: changed, moved to another row or column, or sealed with a key we do not have."""

    status = 500

    def __init__(self) -> None:
        super().__init__("crypto.seal_broken", "这条加密信息无法打开，可能已被改动，请联系系统管理员核查。")


# --- Sealing ---------------------------------------------------------------------------------------------------------


class Keyring:
    """SM4-GCM with numbered keys: `current` seals, all of them open.

    `keys` maps a version of 1 to 255 to 32 hexadecimal characters. Raises MissingKey.
    """

    __slots__ = ("_ciphers", "current")

    def __init__(self, keys: Mapping[int, str], current: int) -> None:
        self._ciphers = {_number("seal", v): algorithms.SM4(_key("seal", key, 16)) for v, key in keys.items()}
        if current not in self._ciphers:
            raise MissingKey(f"the current seal key, version {current}, is not among the keys given")
        self.current: Final = current

    def __repr__(self) -> str:
        return f"<Keyring versions={sorted(self._ciphers)} current={self.current}>"

    def seal(
        self, plaintext: str, *, table_column: str, row: str, randomness: Randomness = secrets.token_bytes
    ) -> bytes:
        """`version | nonce (12) | ciphertext | tag (16)`, bound to its place.

        `table_column` as in `people_person.number`, `row` the public id, which is therefore made in the app before the
        insert. The same text sealed twice differs.
        """
        return self.seal_bytes(plaintext.encode(), table_column=table_column, row=row, randomness=randomness)

    def seal_bytes(
        self, content: bytes, *, table_column: str, row: str, randomness: Randomness = secrets.token_bytes
    ) -> bytes:
        """As `seal`, for content that is no text; 150 MB a second, so files go through it piece by piece."""
        nonce = randomness(NONCE_BYTES)
        encryptor = Cipher(self._ciphers[self.current], modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(_place(table_column, row))
        body = encryptor.update(content) + encryptor.finalize()
        return b"".join((bytes((self.current,)), nonce, body, encryptor.tag))

    def open_sealed(self, sealed: bytes | memoryview, *, table_column: str, row: str) -> str:
        """The text again. Raises SealBroken for any changed byte, another place, or an unknown key version."""
        return self.open_bytes(sealed, table_column=table_column, row=row).decode()

    def open_bytes(self, sealed: bytes | memoryview, *, table_column: str, row: str) -> bytes:
        """The content of `seal_bytes` again. Raises SealBroken as `open_sealed`."""
        envelope = bytes(sealed)  # PostgreSQL's driver answers a memoryview
        cipher = self._ciphers.get(envelope[0]) if len(envelope) >= SEAL_OVERHEAD else None
        if cipher is None:
            raise SealBroken
        nonce, tag = envelope[1 : 1 + NONCE_BYTES], envelope[-TAG_BYTES:]
        decryptor = Cipher(cipher, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(_place(table_column, row))
        try:
            return decryptor.update(envelope[1 + NONCE_BYTES : -TAG_BYTES]) + decryptor.finalize()
        except InvalidTag:
            raise SealBroken from None

    def is_current(self, sealed: bytes | memoryview) -> bool:
        """Whether `sealed` was made with the current key; a job seals the others anew."""
        return bytes(sealed[:1]) == bytes((self.current,))


def _place(table_column: str, row: str) -> bytes:
    return f"{table_column}\0{row}".encode()


# --- Digests ---------------------------------------------------------------------------------------------------------


def sm3(*parts: bytes) -> bytes:
    """SM3 over the parts joined: 32 bytes. SM3("abc") = 66c7f0f4…8f4ba8e0."""
    return sm3_of(parts)


def sm3_of(parts: Iterable[bytes]) -> bytes:
    """SM3 over parts that come one after another, as those of a file."""
    digest = hashes.Hash(hashes.SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize()


def hmac_sm3(secret: bytes, message: bytes) -> bytes:
    """HMAC-SM3 with a secret shared with somebody else, such as another system that signs its requests: 32 bytes."""
    mac = hmac.HMAC(secret, hashes.SM3())
    mac.update(message)
    return mac.finalize()


class KeyedHash:
    """HMAC-SM3 for values that must be recognized and never read back: mobile numbers, one-time codes, addresses.

    `key` is 64 hexadecimal characters. Raises MissingKey.
    """

    __slots__ = ("_mac",)

    def __init__(self, key: str) -> None:
        self._mac = hmac.HMAC(_key("hash", key, 32), hashes.SM3())

    def __repr__(self) -> str:
        return "<KeyedHash>"

    def digest(self, purpose: str, *parts: str) -> str:
        """32 hexadecimal characters. `purpose` separates uses: a mobile's hash never equals that of an equal code.

        A short value needs company: a six-digit code is hashed with the id of its own request.
        """
        return _mac_hex(self._mac, (purpose, *parts))

    def matches(self, stored: str, purpose: str, *parts: str) -> bool:
        """Whether the parts give `stored`, compared in constant time."""
        return secrets.compare_digest(stored.encode(), self.digest(purpose, *parts).encode())


@lru_cache(maxsize=8)
def _keyed_hash(key: str) -> KeyedHash:
    return KeyedHash(key)


def keyed_digest(key: str, text: str) -> str:
    """32 hexadecimal characters of HMAC-SM3 over `text`: shows later whether two contents were equal, and nothing else.

    `key` is 64 hexadecimal characters from the settings. Raises MissingKey.
    """
    return _keyed_hash(key).digest("digest", text)


def keyed_content_digest(key: str, content: Iterable[bytes]) -> str:
    """As `keyed_digest`, over bytes of any length: tells the same file or form again, and nothing to who lacks the key.

    A plain hash would not do: of a row with a name and a number, all but a few digits can be guessed and tried.
    """
    return _keyed_hash(key).digest("content", sm3_of(content).hex())


class BlindIndex:
    """Exact search over sealed numbers: HMAC-SM3 over document type and number, 32 hexadecimal characters.

    Its key is never changed in place: a second column is filled by a job with another BlindIndex, both are compared,
    then swapped. `key` is 64 hexadecimal characters. Raises MissingKey.
    """

    __slots__ = ("_mac",)

    def __init__(self, key: str) -> None:
        self._mac = hmac.HMAC(_key("index", key, 32), hashes.SM3())

    def __repr__(self) -> str:
        return "<BlindIndex>"

    def of(self, id_type: str, number: str) -> str:
        """The index of a normalized number (kernel.identifiers); another spelling is another index."""
        return _mac_hex(self._mac, (id_type, number))


def _mac_hex(base: hmac.HMAC, parts: tuple[str, ...]) -> str:
    # A copy of the keyed state costs a third of making it anew, and leaves `base` untouched for other threads.
    mac = base.copy()
    # Lengths in front: ("a", "bc") and ("ab", "c") must differ.
    mac.update(b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts)))
    return mac.finalize()[: DIGEST_HEX // 2].hex()


# --- Signatures ------------------------------------------------------------------------------------------------------


class Verifier:
    """Checks Ed25519 signatures by key id. Retired keys stay in here for as long as something signed by them is used.

    `public_keys` maps a key id of 1 to 255 to 64 hexadecimal characters. Raises MissingKey.
    """

    __slots__ = ("_hex", "_keys")

    def __init__(self, public_keys: Mapping[int, str]) -> None:
        self._hex: Final = dict(public_keys)
        self._keys: Final = {
            _number("verify", key_id): Ed25519PublicKey.from_public_bytes(_key("verify", key, 32))
            for key_id, key in public_keys.items()
        }

    def __repr__(self) -> str:
        return f"<Verifier keys={sorted(self._keys)}>"

    def verify(self, key_id: int, message: bytes, signature: bytes) -> bool:
        """Whether the key `key_id` signed `message`; False for an unknown key as for a wrong signature."""
        key = self._keys.get(key_id)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def public_keys(self) -> dict[int, str]:
        """What an offline checker needs: key id to 64 hexadecimal characters. No secret."""
        return dict(self._hex)


class Signer:
    """Signs with Ed25519 under the current key id.

    `seeds` maps a key id of 1 to 255 to 64 hexadecimal characters. Raises MissingKey.
    """

    __slots__ = ("_keys", "key_id")

    def __init__(self, seeds: Mapping[int, str], current: int) -> None:
        self._keys: Final = {
            _number("signing", key_id): Ed25519PrivateKey.from_private_bytes(_key("signing", seed, 32))
            for key_id, seed in seeds.items()
        }
        if current not in self._keys:
            raise MissingKey(f"the current signing key, id {current}, is not among the keys given")
        self.key_id: Final = current

    def __repr__(self) -> str:
        return f"<Signer keys={sorted(self._keys)} current={self.key_id}>"

    def sign(self, message: bytes) -> bytes:
        """64 bytes, by the key `key_id`; the same message gives the same signature."""
        return self._keys[self.key_id].sign(message)

    def public_keys(self) -> dict[int, str]:
        """The public halves of all keys, key id to 64 hexadecimal characters."""
        return {
            key_id: key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
            for key_id, key in self._keys.items()
        }

    def verifier(self, retired: Mapping[int, str] | None = None) -> Verifier:
        """A verifier of all these keys and of `retired` ones whose seeds are destroyed.

        Raises MissingKey where one id would stand for two keys.
        """
        public = self.public_keys()
        for key_id, key in (retired or {}).items():
            if public.setdefault(key_id, key).lower() != key.lower():
                raise MissingKey(f"verify key id {key_id} already belongs to another signing key")
        return Verifier(public)


# --- Settings --------------------------------------------------------------------------------------------------------

SEAL_KEYS: Final = "ZHIJIA_SEAL_KEYS"
INDEX_KEY: Final = "ZHIJIA_INDEX_KEY"
HASH_KEY: Final = "ZHIJIA_HASH_KEY"
SIGNING_KEYS: Final = "ZHIJIA_SIGNING_KEYS"
VERIFY_KEYS: Final = "ZHIJIA_VERIFY_KEYS"
PRINT_KEYS: Final = "ZHIJIA_PRINT_KEYS"


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of one installation; `print_keys` are the HMAC keys of printed links (kernel.codes), none ever
    retired.

    `check_values` tells keys apart without showing them: `{"seal:1": "9f2c…", "index": …}`, 16 hexadecimal characters
    each. `not_random` names the settings whose keys nobody drew by lot.
    """

    keyring: Keyring
    index: BlindIndex
    hashes: KeyedHash
    signer: Signer
    verifier: Verifier
    print_keys: PrintKeys
    check_values: Mapping[str, str] = field(default_factory=dict)
    not_random: tuple[str, ...] = ()


class PrintKeys:
    """HMAC-SM3 keys for links on paper: `current` signs, all check. `keys` maps 1-255 to 64 hexadecimal characters."""

    __slots__ = ("_macs", "current")

    def __init__(self, keys: Mapping[int, str], current: int) -> None:
        self._macs: Final = {
            _number("print", key_id): hmac.HMAC(_key("print", key, 32), hashes.SM3()) for key_id, key in keys.items()
        }
        if current not in self._macs:
            raise MissingKey(f"the current print key, id {current}, is not among the keys given")
        self.current: Final = current

    def __repr__(self) -> str:
        return f"<PrintKeys keys={sorted(self._macs)} current={self.current}>"

    def mac(self, key_id: int, message: bytes) -> bytes:
        """32 bytes; none at all, which equals no signature, where no such key is known."""
        base = self._macs.get(key_id)
        if base is None:
            return b""
        mac = base.copy()
        mac.update(message)
        return mac.finalize()


def load_keyring(environ: Mapping[str, str]) -> Keyring:
    """The seal keys of `ZHIJIA_SEAL_KEYS`: `1:<hex>` or, after a change, `1:<hex>,2:<hex>,current:2`. Raises
    MissingKey.
    """
    return Keyring(*_numbered(environ, SEAL_KEYS))


def load_keys(environ: Mapping[str, str]) -> Keys:
    """Every key an installation needs, from its environment; read once when the process starts.

    Raises MissingKey with the setting's name: without keys nothing starts, and none is made up silently.
    """
    signer = Signer(*_numbered(environ, SIGNING_KEYS))
    secret = {
        **{f"seal:{number}": key for number, key in _numbered(environ, SEAL_KEYS)[0].items()},
        "index": _single(environ, INDEX_KEY),
        "hash": _single(environ, HASH_KEY),
        **{f"print:{number}": key for number, key in _numbered(environ, PRINT_KEYS)[0].items()},
    }
    retired = _numbered(environ, VERIFY_KEYS)[0] if environ.get(VERIFY_KEYS, "").strip() else {}
    verifier = signer.verifier(retired)
    # A signing key is told by its public half, which stays when the seed is destroyed.
    public = {f"signing:{number}": key for number, key in verifier.public_keys().items()}
    return Keys(
        keyring=load_keyring(environ),
        index=BlindIndex(_single(environ, INDEX_KEY)),
        hashes=KeyedHash(_single(environ, HASH_KEY)),
        signer=signer,
        verifier=verifier,
        print_keys=PrintKeys(*_numbered(environ, PRINT_KEYS)),
        check_values={name: _check_value(key) for name, key in (secret | public).items()},
        not_random=_not_random({**secret, **_seeds(environ)}),
    )


def _check_value(key: str) -> str:
    """16 hexadecimal characters of HMAC-SM3 under the key: no way back to 128 bits or more, and no two keys alike."""
    return hmac_sm3(bytes.fromhex(key), b"zhijia key check").hex()[:16]


def _seeds(environ: Mapping[str, str]) -> dict[str, str]:
    return {f"signing:{number}": seed for number, seed in _numbered(environ, SIGNING_KEYS)[0].items()}


def _not_random(keys: Mapping[str, str]) -> tuple[str, ...]:
    """Keys typed by hand: of fewer than 8 different bytes, or equal to another one. A drawn one has 8 in 16 surely."""
    many = Counter(key.lower() for key in keys.values())
    return tuple(
        name for name, key in sorted(keys.items()) if len(set(bytes.fromhex(key))) < 8 or many[key.lower()] > 1
    )


def new_environment(randomness: Randomness = secrets.token_bytes) -> dict[str, str]:
    """A first set of keys as environment settings, for whoever sets up an installation to keep safe."""
    return {
        SEAL_KEYS: f"1:{randomness(16).hex()}",
        INDEX_KEY: randomness(32).hex(),
        HASH_KEY: randomness(32).hex(),
        SIGNING_KEYS: f"1:{randomness(32).hex()}",
        PRINT_KEYS: f"1:{randomness(32).hex()}",
    }


def _single(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "").strip()
    if not text:
        raise MissingKey(f"{name} is not set")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise MissingKey(f"{name} must be 64 hexadecimal characters")
    return text


def _numbered(environ: Mapping[str, str], name: str) -> tuple[dict[int, str], int]:
    """`1:<hex>,2:<hex>,current:2`; with one key, or without `current`, the highest number is current."""
    text = environ.get(name, "").strip()
    if not text:
        raise MissingKey(f"{name} is not set")
    keys: dict[int, str] = {}
    current = 0
    for part in text.split(","):
        label, colon, value = (piece.strip() for piece in part.partition(":"))
        if label == "current" and value.isascii() and value.isdigit():
            current = int(value)
        elif colon and label.isascii() and label.isdigit() and int(label) not in keys:
            keys[int(label)] = value
        else:
            raise MissingKey(f"{name} must look like 1:<hex>,2:<hex>,current:2")
    if not keys:
        raise MissingKey(f"{name} holds no key")
    return keys, current or max(keys)


def _key(label: str, text: str, size: int) -> bytes:
    if not re.fullmatch(rf"[0-9a-fA-F]{{{size * 2}}}", text):
        raise MissingKey(f"a {label} key must be {size * 2} hexadecimal characters")
    return bytes.fromhex(text)


def _number(label: str, number: int) -> int:
    if not 1 <= number <= 255:
        raise MissingKey(f"a {label} key is numbered 1 to 255")
    return number
