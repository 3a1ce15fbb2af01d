"""Plain record pages: lists, forms and deletion of one table each, by sqladmin.

sqladmin finds the rows, pages, sorts and searches them, and runs the forms. What it does itself elsewhere is taken over
here, for these reasons:

* It reads through a connection in which the database refuses to write, so nothing can pass the log of changes; inserts,
  updates and deletions go through :mod:`kassa_server.headquarters.records`.
* The tables are mapped imperatively (:mod:`.models`): there are no declarative models to keep in step.
* Its own templates need scripts, styles and fonts of other hands and inline code; these pages have templates of the
  other pages' look, so the same strict policy holds for them, and none of its files are served.
* Log on, roles and CSRF tokens are those of :mod:`kassa_server.web.guard`, which stands before it.

sqladmin takes a second to import, so it is made when somebody first opens a record page.
"""
