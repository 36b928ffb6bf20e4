from __future__ import annotations

import json
import subprocess
import sys

import pytest

from reconciler.logs import configure, redact, redact_text

SECRET = "S3cr3tV4lue"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"https://a.blob.core.windows.net/c/d.vhd?sv=2024&sig={SECRET}&se=2027",
        f"https://management.azure.com/x/capsOperations/1?api-version=1&t={SECRET}&c={SECRET}&s={SECRET}&h={SECRET}",
        f"client_secret={SECRET}&grant_type=client_credentials",
        f'{{"client_secret": "{SECRET}"}}',
        f"https://user:{SECRET}@git.example.org/repo.git",
        f"SharedAccessSignature sr=x;{SECRET}".replace("sr=x;", ""),
        f"DefaultEndpointsProtocol=https;AccountKey={SECRET};x=1",
    ],
)
def test_secrets_leave_no_trace_in_text(text: str) -> None:
    assert SECRET not in redact_text(text)


def test_what_is_no_secret_stays() -> None:
    text = "https://management.azure.com/subscriptions/s/galleries/g?api-version=2026-03-03 status=200"
    assert redact_text(text) == text


def test_secrets_are_found_at_any_depth() -> None:
    event = {
        "event": "request_sent",
        "headers": {"Authorization": SECRET, "Accept": "json"},
        "list": [{"password": SECRET}, f"?sig={SECRET}".encode()],
        "error": ValueError(f"Bearer {SECRET}"),
        "status": 200,
    }
    cleaned = redact(event)
    assert SECRET not in repr(cleaned)
    assert cleaned["status"] == 200
    assert cleaned["headers"]["Accept"] == "json"


def test_a_value_without_end_is_cut() -> None:
    endless: dict[str, object] = {}
    endless["again"] = endless
    assert "***" in repr(redact(endless))


def test_logs_go_to_stderr_as_redacted_json() -> None:
    code = (
        "from reconciler.logs import configure; configure('info', True); import structlog;"
        f"structlog.get_logger().info('poll', url='https://x/y?s={SECRET}&h=1'); structlog.get_logger().debug('hidden')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    lines = ran.stderr.splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["event"] == "poll"
    assert json.loads(lines[0])["level"] == "info"
    assert SECRET not in ran.stderr


def test_an_unknown_level_is_said() -> None:
    with pytest.raises(ValueError, match="loud"):
        configure("loud", json=True)
