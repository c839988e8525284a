from django.urls import path

from .views import changing, codes, files, rosters, site, tree

app_name = "unions"
urlpatterns = [
    path("unions/<pid:pid>", site.page, name="public"),
    path("console/unions", tree.tree, name="tree"),
    path("console/unions/new", changing.new, name="new"),
    path("console/unions/export", rosters.export, name="export"),
    path("console/unions/import", rosters.load, name="load"),
    path("console/unions/import/template.xlsx", rosters.template, name="load_template"),
    path("console/unions/import/of/<pid:public_id>", rosters.load_of_job, name="load_of_job"),
    path("console/unions/import/<pid:pid>", rosters.load_file, name="load_file"),
    path("console/unions/import/<pid:pid>/write", rosters.write, name="load_write"),
    path("console/unions/import/<pid:pid>/drop", rosters.drop, name="load_drop"),
    path("console/unions/import/<pid:pid>/bad.<table:form>", rosters.bad_rows, name="load_bad"),
    path("console/unions/prints/<pid:public_id>", codes.print_job, name="print"),
    path("console/unions/prints/<pid:public_id>/codes.zip", codes.print_zip, name="print_zip"),
    path("console/unions/<pid:pid>", files.file, name="file"),
    path("console/unions/<pid:pid>/branch", tree.branch, name="branch"),
    path("console/unions/<pid:pid>/edit", changing.edit, name="edit"),
    path("console/unions/<pid:pid>/relations", changing.relations, name="relations"),
    path("console/unions/<pid:pid>/status", changing.status, name="status"),
    path("console/unions/<pid:pid>/cover", files.cover, name="cover"),
    path("console/unions/<pid:pid>/uncover", files.uncover, name="uncover"),
    path("console/unions/<pid:pid>/list", files.list_member, name="list_member"),
    path("console/unions/<pid:pid>/unlist", files.unlist_member, name="unlist_member"),
    path("console/unions/<pid:pid>/print", codes.print_below, name="print_below"),
    path("console/unions/<pid:pid>/poster.pdf", codes.poster, name="poster"),
    path("console/unions/<pid:pid>/code.<picture:form>", codes.picture, name="code"),
]
