"""The same files in an S3 store that runs in this process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from django.utils import timezone
from moto.server import ThreadedMotoServer

from zhijia.foundation.files import rules, selectors, services
from zhijia.foundation.files.models import StoredFile
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.registry import FileUse, registry

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
GIVER = Actor(Kind.PERSON, account_id=7, person_id=70)


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    access = {"access_key": "test", "secret_key": "test"}
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket="files")
    options = {
        "bucket_name": "files",
        "endpoint_url": address,
        "region_name": "us-east-1",
        "addressing_style": "path",
        "file_overwrite": False,
        **access,
    }
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    }
    monkeypatch.setitem(
        registry._file_uses, "test.proof", FileUse("test.proof", "证明材料", rules.EVIDENCE, 10 * 1024 * 1024)
    )
    yield client
    storages._storages.pop("default", None)
    server.stop()


@pytest.mark.django_db(transaction=True)
def test_files_are_kept_read_dropped_and_swept_in_an_s3_store(bucket: Any) -> None:
    content = b"%PDF-1.7\n" + b"x" * 3_000_000

    def keep() -> selectors.FileFacts:
        return services.keep(
            GIVER, io.BytesIO(content), use="test.proof", name="a.pdf", about=("case", "x"), unit_id=None, now=NOW
        )

    file, other = keep(), keep()
    keys = {item["Key"] for item in bucket.list_objects_v2(Bucket="files")["Contents"]}
    assert keys == {file.location, other.location}
    stored = bucket.get_object(Bucket="files", Key=file.location)["Body"].read()
    assert len(stored) == len(content) + 99
    with services.open_content(file) as opened:
        assert opened.read() == content
    assert services.drop(GIVER, file.public_id, reason="test", now=NOW)
    StoredFile.objects.all().delete()
    assert services.sweep(timezone.localdate(NOW)) == 1
    assert "Contents" not in bucket.list_objects_v2(Bucket="files")
