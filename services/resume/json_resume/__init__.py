"""Resumes as JSON Resume documents (jsonresume.org), and back.

`document.py` reads the bytes, `form.py` holds them against the schema, `intake.py` takes over what our fields have room
for (`draft.py` holds it with its places), `rendition.py` writes a document from our fields, `periods.py` turns two
dates into a duration and back, `terms.py` has the words that the schema leaves free.

A document that was imported is kept as it was sent, beside the resume and apart from it: no mapping could give back
every member, every spelling of a number and the difference between absent and empty.
"""
