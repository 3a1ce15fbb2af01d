"""Headquarters' web pages, under ``/headquarters/`` of the server.

Rendered on the server, without scripts. A page asks service functions of :mod:`kassa_server.headquarters` and shows
what they answer; what a page can do, the command line and tests can do too.

=========== =======================================================================================
module      holds
=========== =======================================================================================
application the pages together, hung into the server
guard       who may: log on, roles, CSRF token, size; and the security headers of every answer
visit       who asks, in which language and time zone
page        what pages share: the database, the form, answers, roles
editing     the stamp of a form: what it showed, so that nobody overwrites unseen
rendering   templates, and how amounts and times are written in them
forms       typed fields out of texts, with the fault at its field
pages       the pages themselves
=========== =======================================================================================
"""
