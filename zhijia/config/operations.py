"""What tools ask: is the process alive, can it work, what does it count; and the icon that browsers look for."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from zhijia.config.metrics import exposition
from zhijia.kernel.doors import public


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; touches nothing else, so a full database does not restart it."""
    return HttpResponse(b"ok", content_type="text/plain")


@public
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when a query comes back, 503 otherwise: a balancer sends people elsewhere meanwhile."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok"})


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters for Prometheus; to the addresses of ZHIJIA_METRICS_ALLOWED alone, and absent for all others."""
    if request.META.get("REMOTE_ADDR") not in settings.ZHIJIA_METRICS_ALLOWED:
        raise Http404
    page, content_type = exposition()
    return HttpResponse(page, content_type=content_type)


@public
@require_safe
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Browsers ask here where a page names no icon, a picture or a PDF for instance."""
    return HttpResponseRedirect(static("ui/img/mark.svg"))
