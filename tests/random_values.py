"""Nasty text, and people whose identifiers are spelled in many ways."""

NASTY = [
    "", "", "", " ", "\u00a0", "\u3000 ", "N/A", " N/A ", "-", "null", "x", "X", " x ", "007", "1e5", "TRUE", "NaN", "2024-1-5",
    "1234567890123456789", '"', '""', 'a"b', '"quoted"', 'x""', "a,b", "a;b", "a|b", "a\tb", "a\nb", "a\r\nb", "a\rb", "\n",
    "\r", "\r\n", "'", "\\", "\\n", "#x", "=1+1", "@x", "+1", "\u00e9", "e\u0301", "\u00c9", "\u0130", "i\u0307", "\u00df",
    "\u03a3\u03b1\u03c3", "\u01c5", "\U0001f600", "\U0001f600\U0001f600", "\u200b", "\ufeff", "\x00", "a\x00b", "\x1c", "\x7f",
    "\u0085", "\u2028", "\ufffd", "\u6f22\u5b57", "Stra\u00dfe", "STRASSE", "x" * 130, "\u00e9" * 70, "y, " * 50, "z\n" * 40,
    "Aachen", "AACHEN", "aachen ", "Bonn", "bonn", "Celle", "matched", "sep=;",
]


def nasty(rng) -> str:
    roll = rng.random()
    if roll < 0.6:
        return rng.choice(NASTY)
    if roll < 0.9:
        return rng.choice(["Aachen", "Bonn", "Celle", "Dover", "Essen", "1", "2", "10"])
    if roll < 0.995:
        return "".join(rng.choice(NASTY) for _ in range(rng.randint(2, 4)))
    return rng.choice(["long ", "\u00e9,", '"\n']) * rng.choice([300, 3000])


def spell_email(rng, number) -> str:
    address = f"p{number}@x{number % 3}.com"
    return rng.choice([address, address.upper(), f" {address} ", f"P {number} <{address}>", f"mailto:{address}",
                       f"<{address}>", f"p{number}+tag@x{number % 3}.com", f"\u00a0{address}"])


def spell_phone(rng, number) -> str:
    line = 2670 + number
    return rng.choice([f"415555{line}", f"(415) 555-{line}", f"+1 415 555 {line}", f"1-415-555-{line}", f"+1415555{line}",
                       f"415.555.{line}", f"415-555-{line} ext. 7", f" 415 555 {line} "])


def spell_linkedin(rng, number) -> str:
    who = rng.choice([f"in/person-{number}", f"IN/Person-{number}"]) if number % 4 else f"company/acme-{number}"
    return rng.choice([who, f"linkedin.com/{who}", f"https://www.linkedin.com/{who}/", f"http://de.LinkedIn.com/{who}?a=b",
                       f"https://linkedin.com/{who}#about", f" linkedin.com/{who}/ "])


def spell_domain(rng, number) -> str:
    host = ["acme.com", "bolt.co.uk", "corp.de", "gmail.com", "dale.io", "echo.com.au"][number % 6]
    return rng.choice([host, host.upper(), f"www.{host}", f"https://{host}/", f"http://shop.{host}/a?b=c", f"ann@{host}",
                       f" {host} ", f"https://www.{host}:8080/x"])


def spell_exact(rng, number) -> str:
    return rng.choice([f"code {number}", f"CODE {number}", f" Code {number} ", f"\u00c9 {number}" if number % 5 == 0 else
                       f"code {number}"])


def spell_id(rng, number) -> str:
    fifteen = f"0015g0000{number:02d}ABCd"
    return rng.choice([fifteen, fifteen, f" {fifteen} ", fifteen.upper(), _salesforce_18(fifteen), fifteen + "AAA"])


def _salesforce_18(fifteen):
    from reference.keys.salesforce_id import suffix
    return fifteen + suffix(fifteen)


SPELL = {"email": spell_email, "phone": spell_phone, "linkedin": spell_linkedin, "domain": spell_domain,
         "exact": spell_exact, "id": spell_id}
NO_KEY = {"email": ["nobody", "a@@b", "@", "x@ y.com", "n/a"], "phone": ["none", "123", "000-000-0000", "?"],
          "linkedin": ["linkedin.com", "someone", "https://example.com/in"], "domain": ["localhost", "co.uk", "yahoo.com"],
          "exact": [""], "id": [""]}


def identifier_cell(rng, kind, people) -> str:
    """A cell of an identifier column: mostly one spelling of one person, sometimes none, several or nonsense."""
    roll = rng.random()
    if roll < 0.12:
        return rng.choice(["", " ", "N/A"])
    if roll < 0.18:
        return rng.choice(NO_KEY[kind] + ["-"])
    if roll < 0.32 and kind in ("email", "phone", "linkedin"):
        values = [SPELL[kind](rng, rng.randint(0, people)) for _ in range(rng.randint(2, 3))]
        return rng.choice(["; ", ";", "|", ",", "\n", " | ", "\r\n"]).join(values)
    number = 0 if roll > 0.93 else rng.randint(0, people)
    return SPELL[kind](rng, number)
