"""Minutes of everything at once: people who use the API in every way, and processes that fail (`make soak`).

`people.py` and `caller.py` are the traffic, `books.py` what was acknowledged, `audit.py` whether that is there,
`faults.py` what is done to the processes, `figures.py` what they take, `page.py` the page that is printed.
"""
