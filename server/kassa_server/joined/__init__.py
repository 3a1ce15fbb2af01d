"""A store server that has joined a headquarters elsewhere.

=========== =========================================================================================
room        holds
=========== =========================================================================================
membership  joining with a one-time code, and what is remembered of it
link        signed requests to headquarters, compressed, each with a total deadline
facts       what there is to tell: series, devices, heads, entries in conflict
uploading   P-0001: transactions to headquarters, exactly once
own_rows    rows that commands write here, until headquarters' own come back in a package
downloading channel packages, into the channel database
relay       headquarters' packages for registers, handed on as they are
rounds      when that is done: beside everything else, with growing pauses while nobody answers
status      the last attempt and the last success, for support
=========== =========================================================================================
"""
