"""Production fails closed: what it refuses to start with, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from zhijia.cli.tests.test_supervisor import free_port
from zhijia.config import safety
from zhijia.kernel.crypto import HASH_KEY, INDEX_KEY, SEAL_KEYS, load_keys, new_environment

GATEWAYS = {
    "ZHIJIA_SMS": "http",
    "ZHIJIA_SMS_URL": "https://sms.example.org/send",
    "ZHIJIA_SMS_SECRET": "s" * 32,
    "ZHIJIA_REAL_NAME_SOURCE": "http",
    "ZHIJIA_REAL_NAME_URL": "https://id.example.org/check",
    "ZHIJIA_REAL_NAME_SECRET": "r" * 32,
}
GOOD = (
    new_environment()
    | GATEWAYS
    | {
        "SECRET_KEY": "".join(chr(33 + number) for number in range(50)),
        "ZHIJIA_HOSTS": "zhijia.example.org",
        "ZHIJIA_PUBLIC_URL": "https://zhijia.example.org",
        "DATABASE_URL": "sqlite://:memory:",
        "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.production",
    }
)


def run(tmp_path: Path, environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        env=inherited | {"ZHIJIA_VAR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


KEY = new_environment()[INDEX_KEY]
WSGI = ("-c", "import zhijia.config.wsgi; print('started')")
CHECK = ("-m", "zhijia.cli", "check")
SERVE = ("-m", "zhijia.cli", "serve", "--port", "1")


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in GOOD.items() if name not in names}


def test_a_whole_configuration_starts(tmp_path):
    done = run(tmp_path, GOOD, *WSGI)
    assert done.stdout == "started\n", done.stderr
    assert run(tmp_path, GOOD, *CHECK).returncode == 0


SAFE = {
    "ZHIJIA_PRODUCTION": True,
    "ALLOWED_HOSTS": ["zhijia.example.org", ".city.example.org"],
    "ZHIJIA_PUBLIC_URL": "https://zhijia.example.org",
    **GATEWAYS,
}
UNSAFE = {
    "the demonstration's texts": ({"ZHIJIA_SMS": "console"}, "ZHIJIA_SMS=console"),
    "the demonstration's authority": ({"ZHIJIA_REAL_NAME_SOURCE": "offline"}, "ZHIJIA_REAL_NAME_SOURCE=offline"),
    "a slip of the pen": ({"ZHIJIA_SMS": "htpp"}, "htpp"),
    "a gateway without address": ({"ZHIJIA_SMS_URL": ""}, "ZHIJIA_SMS_URL"),
    "a gateway without secret": ({"ZHIJIA_REAL_NAME_SECRET": "short"}, "ZHIJIA_REAL_NAME_SECRET"),
    "an authority that plays dead": ({"ZHIJIA_REAL_NAME_DOWN": True}, "ZHIJIA_REAL_NAME_DOWN"),
    "half a WeChat": ({"ZHIJIA_WECHAT": "http"}, "ZHIJIA_WECHAT_APP_ID"),
    "a WeChat that nobody knows": ({"ZHIJIA_WECHAT": "on"}, "ZHIJIA_WECHAT"),
    "a loopback address": ({"ZHIJIA_PUBLIC_URL": "https://127.0.0.1:8000"}, "本机"),
    "this machine by name": ({"ZHIJIA_PUBLIC_URL": "https://localhost"}, "本机"),
    "an address without TLS": ({"ZHIJIA_PUBLIC_URL": "http://zhijia.example.org"}, "https"),
    "an address that is refused": ({"ZHIJIA_PUBLIC_URL": "https://other.example.org"}, "ZHIJIA_HOSTS"),
    "every host": ({"ALLOWED_HOSTS": ["zhijia.example.org", "*"]}, "ZHIJIA_HOSTS"),
    "error pages for developers": ({"DEBUG": True}, "ZHIJIA_DEBUG"),
    "a typed secret": ({"SECRET_KEY": "abab" * 12}, "SECRET_KEY"),
    "a typed key": ({"ZHIJIA_KEYS": load_keys(new_environment() | {SEAL_KEYS: "1:" + "11" * 16})}, "seal:1"),
    "a key used twice": ({"ZHIJIA_KEYS": load_keys(new_environment() | {HASH_KEY: KEY, INDEX_KEY: KEY})}, "hash"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_unsafe_settings_are_refused_by_name(settings, case):
    wrong, told = UNSAFE[case]
    for name, value in (SAFE | wrong).items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=told):
        safety.require_safe()
    assert [each.id for each in safety.check_settings(None)], "every command refuses too"


def test_safe_settings_are_not_refused(settings):
    for name, value in (SAFE | {"ZHIJIA_PUBLIC_URL": "https://a.city.example.org"}).items():
        setattr(settings, name, value)
    safety.require_safe()


def test_server_and_commands_refuse_alike(tmp_path):
    for command in (WSGI, CHECK):
        done = run(tmp_path, without("ZHIJIA_SMS"), *command)
        assert done.returncode != 0
        assert "ZHIJIA_SMS=console" in done.stderr


def test_serve_takes_no_loopback_address_in_production(tmp_path):
    done = run(tmp_path, without("ZHIJIA_PUBLIC_URL"), *SERVE)
    assert done.returncode == 1
    assert "ZHIJIA_PUBLIC_URL" in done.stderr


def test_serve_starts_nothing_where_the_settings_are_unsafe(tmp_path):
    done = run(tmp_path, without("ZHIJIA_SMS"), "-m", "zhijia.cli", "serve", "--port", str(free_port()))
    assert done.returncode == 1
    assert "ZHIJIA_SMS=console" in done.stderr
    assert "starting again" not in done.stderr


def test_a_trial_says_so_in_words(tmp_path):
    trial = without(*GATEWAYS) | {"ZHIJIA_DEMONSTRATION_PORTS": safety.TRIAL}
    assert run(tmp_path, trial, *WSGI).stdout == "started\n"
    deployed = run(tmp_path, trial, *CHECK, "--deploy")
    assert deployed.returncode == 0
    assert "试用" in deployed.stderr
    assert run(tmp_path, trial | {"ZHIJIA_DEMONSTRATION_PORTS": "true"}, *CHECK).returncode == 1


def test_a_demonstration_is_not_built_with_production_settings(tmp_path):
    done = run(tmp_path, GOOD, "-m", "zhijia.cli", "demo", "--no-serve")
    assert done.returncode == 1
    assert "演示数据" in done.stderr


def test_new_keys_are_whole_random_and_kept_nowhere(tmp_path):
    first, second = (run(tmp_path, {}, "-m", "zhijia.cli", "new-keys").stdout for _ in range(2))
    assert first != second
    names = {line.split("=")[0] for line in first.splitlines()}
    assert names == {"SECRET_KEY", *new_environment()}
    assert list(tmp_path.iterdir()) == []


def test_a_missing_key_is_told_in_a_line(tmp_path):
    done = run(tmp_path, without(INDEX_KEY), "-m", "zhijia.cli", "migrate")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert INDEX_KEY in done.stderr


def test_development_is_never_refused(settings):
    assert safety.refusals() == []
    settings.ZHIJIA_PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="ZHIJIA_SMS"):
        safety.require_safe()
