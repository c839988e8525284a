"""`applying` for the applicant and anybody, `desk` for cadres and other systems."""

from . import applying, desk

ROUTES = (applying.public, applying.own, desk.routes)
