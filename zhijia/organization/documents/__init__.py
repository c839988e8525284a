"""Made-up documents: whole batches listed by two persons, met everywhere with a neutral sentence, lifted by two.

Others ask `services.require_free` before something is begun with a document and `require_lifted` before somebody is
taken in; `selectors.listings_of` says why. `events.documents_listed` tells who holds one that was listed just now.
"""
