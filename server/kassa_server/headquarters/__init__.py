"""Headquarters: the log of changes, distribution of data packages, what registers report.

Today it stands in the store server's process and on its database (the embedded default): headquarters' rows *are* the
channel database's. Offline databases get them in packages.

============= =====================================================================================
room          holds
============= =====================================================================================
changes       who changed which row, from what to what: the audit, and what deltas are made of
keys          the keys that sign lists: made, rotated, revoked
rows          rows in scope, as packages carry them: all of them, or those touched since a version
distribution  distribution jobs: packages and lists for each store, made once and served to everybody
package_files where the files of packages are
schedules     when jobs run by themselves
reports       what registers say of their synchronisation
sessions      download sessions: what each database did with which package; session_list shows them,
              session_orders reruns and cancels; upload_sessions: how deliveries stand
offline_status  whether each register sells, would without its server, how old its data is, what waits
============= =====================================================================================
"""
