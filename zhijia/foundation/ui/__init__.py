"""The looks: shells, template parts, form fields, error pages and the front-end build that every page stands on.

It owns no tables. It announces `events.elder_chosen`. Others may use the templates under `ui/`, the tag library `ui`,
`ui.form` for their forms, `ui.chrome.provide` to put their things into the shells, `ui.site.current_site` for the names
and numbers of the installation, and `ui.views.set_elder` after a sign-in.
"""
