"""A slow, obvious reading of the merge contract, written apart from the engines.

It answers "what must come out?" with nested loops and dictionaries. Clarity over speed, one idea a file:

    text, blank          what white space, folding and blank mean
    compression, encodings, dialect, records, inputs    from bytes to rows and rejects
    names, mapping       which column is which
    keys/, identifiers   what tells that two rows mean the same
    matching             which enriched rows belong to a row of the original
    consolidation        one value from several
    policy               the original's cell against it
    output, sides        what is written
    accounts             what the report must say
    command, merge       the whole, from a command line to files

Where the contract is silent, the module's docstring says which plain reading it takes.
"""
