"""Bounces as mail servers write them, with our Message-ID or return path put in."""

from __future__ import annotations

BOUNDARY = "b1"


def dsn(
    row,
    *,
    action="failed",
    status="5.1.1",
    diagnostic="smtp; 550 5.1.1 no such user",
    original="message/rfc822",
    to="bounces@example.net",
    final="rfc822; gone@example.org",
    quotes=True,
):
    """A report after RFC 3464, as Postfix, Gmail, Outlook and most others send it."""
    message_id = f"Message-ID: {row.message_id}\r\n" if quotes else ""
    text = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{BOUNDARY}"

--{BOUNDARY}
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--{BOUNDARY}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: {final}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--{BOUNDARY}
Content-Type: {original}

From: Mentoring <mentoring@example.net>
To: gone@example.org
Subject: Hello
{message_id}
--{BOUNDARY}--
"""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def exim(row):
    """Exim writes no report: a text, and the address in a header of its own."""
    return f"""\
X-Failed-Recipients: gone@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
To: bounces@example.net
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  gone@example.org
    host mx.example.org [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<gone@example.org>:
    550 5.1.1 <gone@example.org>: user unknown

------ This is a copy of the message, including all the headers. ------

Message-ID: {row.message_id}
Subject: Hello
""".encode()


def qmail(row):
    return f"""\
From: MAILER-DAEMON@mx.example.org
To: bounces@example.net
Subject: failure notice

Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<gone@example.org>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 no mailbox here by that name
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

Message-ID: {row.message_id}
Subject: Hello
""".encode()


def without_original(row):
    """A report that quotes nothing: only the return path that it was sent to names the e-mail."""
    token = row.message_id.strip("<>").partition("@")[0]
    return dsn(row, quotes=False, to=f"bounces+{token}@example.net")


def out_of_office(row):
    return f"""\
From: Gone <gone@example.org>
To: bounces@example.net
Subject: Out of office
In-Reply-To: {row.message_id}
Auto-Submitted: auto-replied

I am away until Monday. In urgent cases write to help@example.org.
""".encode()


REFUSED_BY_GMAIL = {
    "status": "5.7.26",
    "diagnostic": "smtp; 550-5.7.26 Your email has been blocked because the sender is"
    " unauthenticated. 550 5.7.26 https://support.example",
}

# Name, message and severity.
SAMPLES = {
    "postfix": (dsn, "hard"),
    "gmail": (
        lambda row: dsn(
            row,
            diagnostic="smtp; 550-5.1.1 The email account that you tried to reach does not exist.",
        ),
        "hard",
    ),
    "gmail, not authenticated": (lambda row: dsn(row, **REFUSED_BY_GMAIL), "policy"),
    "outlook": (
        lambda row: dsn(
            row,
            status="5.1.10",
            diagnostic="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address",
            original="text/rfc822-headers",
        ),
        "hard",
    ),
    "amazon ses": (
        lambda row: dsn(
            row, status="5.0.0", diagnostic="smtp; 550 5.1.1 user unknown", final="rfc822;<a@b.org>"
        ),
        "hard",
    ),
    "mailbox closed": (
        lambda row: dsn(row, status="5.2.1", diagnostic="smtp; 550 5.2.1 disabled"),
        "hard",
    ),
    "mailbox full": (
        lambda row: dsn(row, status="5.2.2", diagnostic="smtp; 552 5.2.2 over quota"),
        "soft",
    ),
    "delayed": (
        lambda row: dsn(
            row, action="delayed", status="4.4.1", diagnostic="smtp; connection timed out"
        ),
        "soft",
    ),
    "throttled": (
        lambda row: dsn(row, action="delayed", status="4.7.0", diagnostic="smtp; 421 4.7.0 slow"),
        "policy",
    ),
    "taken for spam": (
        lambda row: dsn(row, status="5.7.1", diagnostic="smtp; 554 5.7.1 spam"),
        "policy",
    ),
    "exim": (exim, "hard"),
    "qmail": (qmail, "hard"),
    "without the original": (without_original, "hard"),
}
