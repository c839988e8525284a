"""Files: taken by content, sealed in pieces, read with a right, dropped in time."""

from __future__ import annotations

import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image

from zhijia.foundation.accounts.models import Account
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.files import rules, selectors, services
from zhijia.foundation.files.models import StoredFile
from zhijia.kernel.actor import ANONYMOUS, SYSTEM, Actor, Kind
from zhijia.kernel.crypto import SealBroken
from zhijia.kernel.errors import Expired, Invalid, NotFound, TooMany
from zhijia.kernel.registry import FileUse, registry

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
GIVER = Actor(Kind.PERSON, account_id=7, person_id=70)
READER = Actor(Kind.PERSON, account_id=8, person_id=80)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def use(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path
    proof = FileUse(
        "test.proof",
        "证明材料",
        rules.EVIDENCE,
        most_bytes=10 * 1024 * 1024,
        keep_days=30,
        may_read=lambda actor, file: actor.person_id == READER.person_id,
    )
    table = FileUse("test.table", "名册", frozenset({"xlsx", "csv"}), most_bytes=10 * 1024 * 1024)
    monkeypatch.setitem(registry._file_uses, "test.proof", proof)
    monkeypatch.setitem(registry._file_uses, "test.table", table)


def keep(content: bytes, *, name: str = "证明.pdf", use: str = "test.proof") -> selectors.FileFacts:
    return services.keep(
        GIVER, io.BytesIO(content), use=use, name=name, about=("case", "0123456789abcdef"), unit_id=3, now=NOW
    )


def content_of(file: selectors.FileFacts) -> bytes:
    with services.open_content(file) as opened:
        return opened.read()


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **extra: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, format=kind, **extra)
    return out.getvalue()


def workbook() -> bytes:
    """The same bytes each time: the parts are of 1980, not of now."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("[Content_Types].xml"), "<Types/>")
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), "<workbook/>")
    return out.getvalue()


# --- Taken
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "pdf"),
        (picture(), "jpeg"),
        (picture("PNG"), "png"),
        (picture("WEBP"), "webp"),
        (workbook(), "xlsx"),
        ("姓名,证件号码\n林晓禾,\n".encode(), "csv"),
        ("姓名,证件号码\n林晓禾,\n".encode("gb18030"), "csv"),
        (("一" * 30_000).encode(), "csv"),
        (b"MZ\x90\x00" + b"\x00" * 60, ""),
        (b"PK\x03\x04broken", ""),
        (b"\x00\x01\x02", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, kind: str) -> None:
    assert rules.recognize(io.BytesIO(content)) == kind


def test_a_program_with_the_name_of_a_picture_is_refused() -> None:
    with pytest.raises(Invalid) as raised:
        keep(b"MZ\x90\x00" + b"\x00" * 60, name="证明.jpg")
    assert raised.value.code == "file.type"
    assert "PDF、JPG、PNG、WEBP" in raised.value.message


@pytest.mark.django_db
def test_ten_megabytes_are_taken_and_one_byte_more_is_not() -> None:
    exact = PDF + b" " * (10_485_760 - len(PDF))
    assert keep(exact).size == 10_485_760
    with pytest.raises(Invalid) as raised:
        keep(exact + b" ")
    assert raised.value.code == "file.too_large"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Invalid) as raised:
        keep(b"")
    assert raised.value.code == "file.empty"


@pytest.mark.parametrize(
    ("name", "kind", "clean"),
    [
        ("C:\\扫描\\证明.exe", "pdf", "证明.pdf"),
        ("../../etc/passwd", "jpeg", "passwd.jpg"),
        ("", "pdf", "文件.pdf"),
        ("a\x00b\u202egnp.pdf", "pdf", "abgnp.pdf"),
        ("名" * 300, "xlsx", "名" * 115 + ".xlsx"),
    ],
)
def test_a_name_loses_what_is_dangerous(name: str, kind: str, clean: str) -> None:
    assert rules.clean_name(name, kind) == clean


def test_a_picture_goes_without_its_place() -> None:
    place = Image.Exif()
    place[0x010F] = "Camera"
    place[0x0112] = 6  # lies on its side
    cleaned = rules.clean_picture(io.BytesIO(picture(exif=place)), "jpeg")
    with Image.open(io.BytesIO(cleaned)) as drawn:
        assert drawn.size == (20, 40)
        assert not drawn.getexif()


def test_a_large_picture_is_made_smaller_and_a_huge_one_refused() -> None:
    with Image.open(io.BytesIO(rules.clean_picture(io.BytesIO(picture(size=(6_000, 200))), "jpeg"))) as drawn:
        assert drawn.size == (3_000, 100)
    with pytest.raises(Invalid) as raised:
        rules.clean_picture(io.BytesIO(picture("PNG", size=(10_000, 5_001))), "png")
    assert raised.value.code == "file.too_many_pixels"


def test_a_picture_that_does_not_open_is_said_to_be_broken() -> None:
    with pytest.raises(Invalid) as raised:
        rules.clean_picture(io.BytesIO(picture()[:200]), "jpeg")
    assert raised.value.code == "file.broken"


# --- Kept
@pytest.mark.django_db
def test_content_lies_sealed_in_pieces_and_comes_back() -> None:
    content = PDF + b"x" * (2_500_000 - len(PDF))
    file = keep(content)
    with default_storage.open(file.location, "rb") as stored:
        raw = stored.read()
    assert len(raw) == 2_500_000 + 99
    assert PDF[:50] not in raw
    assert content_of(file) == content


@pytest.mark.django_db
@pytest.mark.parametrize("harm", ["byte", "cut", "swap", "empty"])
def test_what_was_changed_in_the_store_does_not_open(harm: str) -> None:
    file = keep(PDF + b"x" * 2_500_000)
    path = Path(default_storage.path(file.location))
    raw = path.read_bytes()
    piece = 4 + 29 + services.PIECE
    harmed = {
        "byte": raw[:5000] + bytes([raw[5000] ^ 1]) + raw[5001:],
        "cut": raw[: 2 * piece],
        "swap": raw[piece : 2 * piece] + raw[:piece] + raw[2 * piece :],
        "empty": b"",
    }[harm]
    path.write_bytes(harmed)
    with pytest.raises(SealBroken):
        content_of(file)


# --- Read
@pytest.mark.django_db
def test_the_giver_and_whom_the_use_allows_read_it_and_nobody_else() -> None:
    file = keep(PDF)
    for actor in (GIVER, READER):
        facts, pieces = services.read_file(actor, file.public_id, now=NOW)
        assert (facts.public_id, b"".join(pieces)) == (file.public_id, PDF)
    assert AuditEntry.objects.filter(event="files.read").count() == 2
    for actor in (ANONYMOUS, Actor(Kind.PERSON, account_id=9, person_id=90)):
        with pytest.raises(NotFound):
            services.read_file(actor, file.public_id, now=NOW)


@pytest.mark.django_db
def test_a_use_without_a_rule_is_for_the_giver_alone() -> None:
    file = keep(workbook(), name="名册.xlsx", use="test.table")
    assert selectors.may_read(GIVER, file)
    assert not selectors.may_read(READER, file)


@pytest.mark.django_db
def test_a_download_is_neither_stored_nor_run(client: Client) -> None:
    account = Account.objects.create(number_digest="f" * 32, created_at=NOW)
    client.force_login(account)
    mine = Actor(Kind.PERSON, account_id=account.pk)
    pdf = services.keep(
        mine, io.BytesIO(PDF), use="test.proof", name="证明.pdf", about=("case", "x"), unit_id=None, now=NOW
    )
    answer = client.get(f"/m/files/{pdf.public_id}")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == "inline; filename*=UTF-8''%E8%AF%81%E6%98%8E.pdf"
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.get(f"/m/files/{pdf.public_id}?save")["Content-Disposition"].startswith("attachment")
    other = keep(PDF)
    assert client.get(f"/m/files/{other.public_id}").status_code == 404


# --- Forgotten
@pytest.mark.django_db(transaction=True)
def test_after_its_days_the_content_is_gone_and_the_row_says_so() -> None:
    file = keep(PDF)
    forever = keep(workbook(), use="test.table")
    assert services.drop_expired(now=NOW + timedelta(days=29)) == 0
    assert services.drop_expired(now=NOW + timedelta(days=30)) == 1
    assert not default_storage.exists(file.location)
    assert StoredFile.objects.get(public_id=file.public_id).dropped_at is not None
    with pytest.raises(Expired) as raised:
        services.read_file(GIVER, file.public_id, now=NOW)
    assert raised.value.code == "file.dropped"
    assert content_of(forever) == workbook()
    assert services.drop(GIVER, file.public_id, reason="again", now=NOW) is False


@pytest.mark.django_db
def test_content_without_a_row_is_swept_away() -> None:
    file = keep(PDF)
    StoredFile.objects.filter(public_id=file.public_id).delete()
    kept = keep(PDF)
    assert services.sweep(timezone.localdate(NOW)) == 1
    assert not default_storage.exists(file.location)
    assert default_storage.exists(kept.location)
    assert services.sweep(timezone.localdate(NOW) - timedelta(days=400)) == 0


@pytest.mark.django_db
def test_two_files_of_one_case_are_listed_in_order() -> None:
    first, second = keep(PDF), keep(picture(), name="b.jpg")
    found = selectors.list_about("case", ["0123456789abcdef", "f" * 16])
    assert [file.public_id for file in found["0123456789abcdef"]] == [first.public_id, second.public_id]


@pytest.mark.django_db
def test_the_digest_of_a_file_tells_nothing_to_who_guesses_its_content() -> None:
    import hashlib

    from zhijia.kernel.crypto import sm3

    content = "姓名,证件号码\n林晓禾,370299199003070010\n".encode()
    first, again = (keep(content, name="名册.csv", use="test.table").digest for _ in range(2))
    assert first == again, "the same content is known again"
    assert first not in {sm3(content).hex(), sm3(content).hex()[:32], hashlib.sha256(content).hexdigest()}


# --- What one account may bring
@pytest.mark.django_db
def test_drafts_are_counted_by_account_and_day() -> None:
    for _ in range(30):
        services.keep_draft(GIVER, io.BytesIO(PDF), name="证明.pdf", now=NOW)
    for content in (PDF, picture("PNG", size=(4_999, 4_999))):
        with pytest.raises(TooMany) as raised:
            services.keep_draft(GIVER, io.BytesIO(content), name="证明.pdf", now=NOW)
        assert "30 份" in raised.value.message
    services.keep_draft(READER, io.BytesIO(PDF), name="证明.pdf", now=NOW)
    services.keep_draft(GIVER, io.BytesIO(PDF), name="证明.pdf", now=NOW + timedelta(days=1, seconds=1))
    assert StoredFile.objects.filter(account_id=GIVER.account_id).count() == 31


@pytest.mark.django_db
def test_papers_of_cases_are_counted_too_and_a_system_is_not() -> None:
    for _ in range(100):
        keep(PDF)
    with pytest.raises(TooMany):
        keep(PDF)
    services.keep(SYSTEM, io.BytesIO(PDF), use="test.proof", name="a.pdf", about=("case", "x"), unit_id=None, now=NOW)


def test_pictures_are_opened_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    at_once = 0
    plain_open = Image.open

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal at_once
        at_once += 1
        opened.append(at_once)
        time.sleep(0.02)
        try:
            return plain_open(*arguments, **named)
        finally:
            time.sleep(0.02)
            at_once -= 1

    monkeypatch.setattr(rules.Image, "open", counted)
    content = picture(size=(200, 200))
    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(lambda _: rules.clean_picture(io.BytesIO(content), "jpeg"), range(12)))
    assert len(done) == 12
    assert set(opened) == {1}


def test_25_million_pixels_are_the_most_that_is_opened() -> None:
    with Image.open(io.BytesIO(rules.clean_picture(io.BytesIO(picture(size=(5_000, 5_000))), "jpeg"))) as drawn:
        assert drawn.size == (3_000, 3_000)
    with pytest.raises(Invalid, match=r"file\.too_many_pixels"):
        rules.clean_picture(io.BytesIO(picture("PNG", size=(5_001, 5_000))), "png")


def test_a_table_with_a_stray_control_character_is_a_table_and_a_program_is_not() -> None:
    assert rules.recognize(io.BytesIO("姓名,职业\r\n林,焊\x0b工\r\n\x1a".encode())) == "csv"
    assert rules.recognize(io.BytesIO(b"MZ\x90\x00\x03\x00")) == ""
    assert rules.recognize(io.BytesIO(bytes(range(1, 32)) * 40)) == ""
