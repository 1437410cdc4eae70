#!/usr/bin/env python3
"""Writes the sample files beside this script: a HubSpot export and what three vendors know of the same people.

Everybody in them is invented: names are drawn from lists, companies and domains are made up, North American numbers
are of the 555-01xx range kept for fiction, the European ones of the ranges that regulators keep for films. The same
script always writes the same bytes (its own generator of numbers, no clock), so the files are committed with it.

    python3 samples/generate.py
"""

import csv
import io
import pathlib
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
PEOPLE_IN_CRM = 196
NET_NEW_PEOPLE = 34


class Dice:
    """A linear congruential generator: the same on every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def chance(self, percent):
        return self.below(100) < percent

    def pick(self, items):
        return items[self.below(len(items))]

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


dice = Dice(20240312)

FIRST_US = """Ava Noah Mia Liam Zoe Ethan Ruth Caleb Nina Owen Priya Marcus Hana Diego Leah Victor Tessa Jonah Imani Grant
Keiko Paul Rosa Dmitri Alice Samuel Farah Kevin Beth Andre Lucia Trevor Maya Felix Dana Hugo Elena Curtis Wendy Omar""".split()
LAST_US = """Abernathy Barlow Castellan Driscoll Everhart Fairbanks Galloway Hathorne Iverson Jessup Kimbrough Lockridge
Merriweather Nakamura Oakley Pemberton Quintero Radcliffe Sandoval Thackeray Underhill Vasquez Whitlock Yarborough
Zielke Ashgrove Brannigan Corwin Delacroix Ellsworth Fennimore Greaves Holloway Ibarra""".split()
FIRST_DE = "Jürgen Käthe Sören Anneliese Günther Bärbel Lukas Heike Björn Mareike".split()
LAST_DE = "Groß Müller-Lüdenscheid Weiß Schröder Köhler Jäger Straußberg Löwenthal Vogelsang Brückner".split()
FIRST_FR = "Chloé Étienne Amélie François Noémie Benoît Zoé Théo Hélène Jérôme".split()
LAST_FR = "Lefèvre d'Aubigné Gagné Desrosiers Bélanger Château Rénier Côté Maçon Pélissier".split()
FIRST_UK = "Imogen Alistair Philippa Rupert Bronwen Callum Niamh Tobias Saoirse Angus".split()
LAST_UK = "Featherstone O'Rourke Cholmondeley Hargreaves Pryce-Jones Blackwood Ravenscroft Wetherby Macallister Thorne".split()

# name, domain, industry, vendor's industry, employees, revenue in thousands, place
PLACES = {
    "Boston": ("Boston", "Massachusetts", "MA", "02134", "United States", "617"),
    "Hoboken": ("Hoboken", "New Jersey", "NJ", "07030", "United States", "201"),
    "Burlington": ("Burlington", "Vermont", "VT", "05401", "United States", "802"),
    "Hartford": ("Hartford", "Connecticut", "CT", "06103", "United States", "860"),
    "San Francisco": ("San Francisco", "California", "CA", "94107", "United States", "415"),
    "Austin": ("Austin", "Texas", "TX", "78701", "United States", "512"),
    "Chicago": ("Chicago", "Illinois", "IL", "60607", "United States", "312"),
    "Seattle": ("Seattle", "Washington", "WA", "98104", "United States", "206"),
    "Berlin": ("Berlin", "Berlin", "", "10999", "Germany", "+49 30"),
    "Hamburg": ("Hamburg", "Hamburg", "", "20457", "Germany", "+49 40"),
    "Paris": ("Paris", "Île-de-France", "", "75011", "France", "+33 1"),
    "London": ("London", "Greater London", "", "EC1V 9BD", "United Kingdom", "+44 20"),
}
COMPANIES = [
    ("Kestrelmoor Instruments", "kestrelmoor-instruments.com", "Medical Devices", "medical devices", 420, 88000, "Boston"),
    ("Tidewater Ledger Co.", "tidewaterledger.com", "Financial Services", "financial services", 130, 24500, "Hoboken"),
    ("Maple & Quill", "mapleandquill.com", "Publishing", "publishing", 46, 7200, "Burlington"),
    ("Harborline Logistics", "harborline-logistics.com", "Logistics and Supply Chain", "logistics & supply chain", 1850, 412000, "Hartford"),
    ("Brightforge Robotics", "brightforge-robotics.com", "Industrial Automation", "industrial automation", 260, 53000, "Austin"),
    ("Lumenpath Analytics", "lumenpath-analytics.com", "Computer Software", "information technology & services", 95, 14800, "San Francisco"),
    ("Cobaltine Health", "cobaltinehealth.com", "Hospital & Health Care", "hospital & health care", 3100, 640000, "Chicago"),
    ("Northwick Timber", "northwicktimber.com", "Building Materials", "building materials", 210, 61000, "Seattle"),
    ("Fernhollow Foods", "fernhollow-foods.com", "Food Production", "food production", 540, 132000, "Burlington"),
    ("Quarrystone Legal", "quarrystonelegal.com", "Law Practice", "law practice", 75, 21000, "Boston"),
    ("Saltmarsh Energy", "saltmarsh-energy.com", "Renewables & Environment", "renewables & environment", 320, 97000, "Hoboken"),
    ("Pinnacle Orchard Systems", "pinnacleorchard.com", "Computer Software", "information technology & services", 180, 33000, "Seattle"),
    ("Vellum Street Design", "vellumstreet.com", "Design", "design", 28, 4100, "San Francisco"),
    ("Ironbark Freight", "ironbarkfreight.com", "Transportation", "transportation/trucking/railroad", 890, 205000, "Chicago"),
    ("Meridian Loom Textiles", "meridianloom.com", "Textiles", "textiles", 150, 27000, "Hartford"),
    ("Copperfield Biologics", "copperfield-bio.com", "Biotechnology", "biotechnology", 65, 9800, "Boston"),
    ("Straußberg Maschinenbau GmbH", "straussberg-maschinenbau.de", "Machinery", "machinery", 730, 158000, "Hamburg"),
    ("Löwenthal & Söhne KG", "loewenthal-soehne.de", "Wholesale", "wholesale", 88, 19500, "Berlin"),
    ("Käferblick Optik AG", "kaeferblick-optik.de", "Consumer Electronics", "consumer electronics", 240, 47000, "Berlin"),
    ("Ateliers Pélissier", "ateliers-pelissier.fr", "Luxury Goods & Jewelry", "luxury goods & jewelry", 120, 36000, "Paris"),
    ("Boulangerie Numérique", "boulangerie-numerique.fr", "Internet", "internet", 34, 5200, "Paris"),
    ("Ravenscroft & Thorne LLP", "ravenscroftthorne.co.uk", "Accounting", "accounting", 410, 92000, "London"),
    ("Wetherby Marine", "wetherbymarine.co.uk", "Maritime", "maritime", 165, 44000, "London"),
]
HUB = COMPANIES[3]  # a customer with many contacts, most of them filed under its switchboard
TITLES = {
    "C-Level": ["Chief Executive Officer", "Chief Financial Officer", "Chief Technology Officer", "Founder & CEO"],
    "VP": ["VP of Sales", "VP Engineering", "Vice President, Operations"],
    "Director": ["Director of Marketing", "Director, IT", "Director of Procurement"],
    "Manager": ["Account Manager", "Product Manager", "Marketing Manager", "Operations Manager"],
    "Non-Manager": ["Software Engineer", "Buyer", "Financial Analyst", "Office Coordinator", "Sales Representative"],
}
DEPARTMENTS = ["Sales", "Engineering", "Finance", "Marketing", "Operations", "Information Technology"]
OWNERS = ["Sabine Holt", "Raj Patel", "Megan O'Dell", "Luis Ferreira"]
STREETS = ["Harbour Road", "Mill Lane", "Foundry Street", "Old Quarry Way", "Larkspur Avenue", "Canal Street", "Beacon Hill Drive"]
NOTES = [
    'Met at the spring trade fair.\nWants a call in Q3, "not before".',
    "Prefers e-mail.\n\n- asked for pricing\n- has budget; signs himself",
    "Left a voicemail, no reply",
    'Said: "send the 24" model, not the 19""',
    "Referred by a customer, see ticket #1047",
    "=HYPERLINK is not a formula here, only text",
    "Decision in January; board meets on the 5th, 12th, or 19th",
]
SOURCES = ["Organic Search", "Offline Sources", "Direct Traffic", "Email Marketing", "Paid Search"]
TECHNOLOGIES = ["Salesforce", "Snowflake", "Slack", "Zendesk", "Gmail", "Nginx", "WordPress.org", "Google Analytics", "SAP"]


def plain(text):
    """Letters as they stand in an address: ü is u, ß is ss, other signs are gone."""
    text = text.replace("ß", "ss")
    text = unicodedata.normalize("NFD", text)
    return "".join(c for c in text.lower() if "a" <= c <= "z" or c == "-")


class Numbers:
    """Fictional phone numbers, each given once."""

    def __init__(self):
        self.given = {}

    def next(self, place):
        area = PLACES[place][5]
        n = self.given.get(area, 0)
        self.given[area] = n + 1
        if area.startswith("+49 30"):
            return "+4930", "23125", f"{n:03d}"
        if area.startswith("+49 40"):
            return "+4940", "66969", f"{n:03d}"
        if area.startswith("+33"):
            return "+331", "9900", f"{n:04d}"
        if area.startswith("+44"):
            return "+4420", "7946", f"{n:04d}"
        # 555-0100 to 555-0199 are a hundred an area; past that the state's second area code.
        second = {"617": "857", "201": "551", "802": "802", "860": "959", "415": "628", "512": "737", "312": "872", "206": "564"}
        return "+1" + (area if n < 100 else second[area]), "555", f"{100 + n % 100:04d}"


numbers = Numbers()


def e164(parts):
    return parts[0] + parts[1] + parts[2]


def national(parts):
    """As the people of the country write it."""
    head, middle, tail = parts
    if head.startswith("+1"):
        return f"({head[2:]}) {middle}-{tail}"
    if head.startswith("+49"):
        return f"+49 {head[3:]} {middle} {tail}"
    if head.startswith("+331"):
        digits = "1" + middle + tail
        return "+33 1 " + " ".join(digits[i:i + 2] for i in range(1, 9, 2))
    return f"+44 20 {middle} {tail}"


def dashed(parts):
    head, middle, tail = parts
    if head.startswith("+1"):
        return f"+1 {head[2:]}-{middle}-{tail}"
    return national(parts)


def make_person(number, taken):
    company = HUB if dice.chance(9) else dice.pick(COMPANIES)
    country = PLACES[company[6]][4]
    firsts, lasts = {"Germany": (FIRST_DE, LAST_DE), "France": (FIRST_FR, LAST_FR),
                     "United Kingdom": (FIRST_UK, LAST_UK)}.get(country, (FIRST_US, LAST_US))
    while True:
        first, last = dice.pick(firsts), dice.pick(lasts)
        if (first, last) not in taken:
            break
    taken.add((first, last))
    level = dice.pick(list(TITLES))
    name = plain(first), plain(last)
    style = sum(map(ord, company[1])) % 3
    local = [f"{name[0]}.{name[1]}", f"{name[0][0]}{name[1]}", f"{name[0]}_{name[1]}"][style]
    return {
        "number": number, "first": first, "last": last, "company": company, "place": company[6], "level": level,
        "title": dice.pick(TITLES[level]), "email": f"{local}@{company[1]}",
        "private_email": f"{name[0]}.{name[1]}{dice.below(90) + 10}@" + dice.pick(["mailkestrel.net", "postharbor.net"]),
        "slug": f"{name[0]}-{name[1]}-{dice.below(2**24):06x}" if dice.chance(60) else f"{name[0]}{name[1]}{number + 700000}",
        "mobile": numbers.next(company[6]), "direct": numbers.next(company[6]),
        "department": dice.pick(DEPARTMENTS), "street": f"{dice.below(900) + 1} {dice.pick(STREETS)}",
    }


def make_companies_phone():
    """One switchboard a company: its people share it."""
    return {company[1]: numbers.next(company[6]) for company in COMPANIES}


def maybe(percent, value):
    return value if dice.chance(percent) else ""


def date(first_year, years):
    return f"{first_year + dice.below(years)}-{dice.below(12) + 1:02d}-{dice.below(28) + 1:02d}"


def write(name, header, rows, *, encoding="utf-8", delimiter=",", line_end="\n", before=""):
    out = io.StringIO()
    writer = csv.DictWriter(out, header, delimiter=delimiter, lineterminator=line_end, restval="")
    writer.writeheader()
    writer.writerows(rows)
    (HERE / name).write_bytes((before + out.getvalue()).encode(encoding))


# --- HubSpot: the original -------------------------------------------------------------------------------------------

HUBSPOT = ["Record ID", "First Name", "Last Name", "Email", "Additional email addresses", "Phone Number",
           "Mobile Phone Number", "Job Title", "Company Name", "Website URL", "Industry", "Street Address", "City",
           "State/Region", "Postal Code", "Country/Region", "LinkedIn URL", "Contact owner", "Lifecycle Stage",
           "Lead Status", "Unsubscribed from all email", "Create Date", "Original Source", "Notes"]


def hubspot_row(person, record_id, switchboards):
    company, place = person["company"], PLACES[person["place"]]
    email = person["email"]
    if dice.chance(7):
        email = email.upper() if dice.chance(30) else email.title()
    if dice.chance(6):
        email = ""
    street = person["street"]
    if dice.chance(25):
        street += f"\nSuite {100 + dice.below(800)}"
    phone = switchboards[company[1]] if dice.chance(75 if company is HUB else 12) else person["direct"]
    return {
        "Record ID": str(record_id), "First Name": person["first"], "Last Name": person["last"], "Email": email,
        "Additional email addresses": maybe(14, "; ".join(dice.pick([[person["private_email"]],
                                                                     [person["private_email"], "info@" + company[1]]]))),
        "Phone Number": maybe(85 if company is HUB else 48, dice.pick([national, dashed, e164])(phone)),
        "Mobile Phone Number": maybe(16, national(person["mobile"])),
        "Job Title": maybe(52, person["title"] if dice.chance(70) else dice.pick(TITLES[dice.pick(list(TITLES))])),
        "Company Name": maybe(88, company[0]),
        "Website URL": maybe(45, dice.pick(["https://www.{}/", "http://{}", "{}"]).format(company[1])),
        "Industry": maybe(30, company[2]),
        "Street Address": maybe(40, street), "City": maybe(55, place[0]), "State/Region": maybe(45, place[1]),
        "Postal Code": maybe(50, place[3]), "Country/Region": maybe(70, place[4]),
        "LinkedIn URL": maybe(26, f"https://www.linkedin.com/in/{person['slug']}/"),
        "Contact owner": dice.pick(OWNERS),
        "Lifecycle Stage": dice.pick(["Lead", "Marketing Qualified Lead", "Opportunity", "Customer"]),
        "Lead Status": maybe(50, dice.pick(["New", "Open", "In progress", "Connected"])),
        "Unsubscribed from all email": dice.pick(["No", "No", "No", "", "Yes"]),
        "Create Date": f"{date(2019, 6)} {dice.below(24):02d}:{dice.below(60):02d}",
        "Original Source": dice.pick(SOURCES), "Notes": maybe(22, dice.pick(NOTES)),
    }


def hubspot(people, switchboards):
    rows, record_id = [], 10_251_483_000
    for person in people:
        # Some people were entered twice, by two owners: both rows must come out, and both be enriched.
        for _ in range(2 if dice.chance(8) else 1):
            record_id += 1 + dice.below(900)
            rows.append(hubspot_row(person, record_id, switchboards))
    dice.shuffle(rows)
    write("hubspot-contacts.csv", HUBSPOT, rows)


# --- Apollo ----------------------------------------------------------------------------------------------------------

APOLLO = ["First Name", "Last Name", "Title", "Company Name", "Company Name for Emails", "Email", "Email Status",
          "Primary Email Source", "Email Confidence", "Seniority", "Departments", "Contact Owner", "Work Direct Phone",
          "Home Phone", "Mobile Phone", "Corporate Phone", "Other Phone", "Stage", "Lists", "Last Contacted",
          "Account Owner", "# Employees", "Industry", "Keywords", "Person Linkedin Url", "Website",
          "Company Linkedin Url", "City", "State", "Country", "Company Address", "Company City", "Company State",
          "Company Country", "Company Phone", "Technologies", "Annual Revenue", "Apollo Contact Id", "Secondary Email",
          "Secondary Email Source", "Tertiary Email"]


def apollo_row(person, switchboards):
    company, place = person["company"], PLACES[person["place"]]
    by_linkedin_only = dice.chance(14)
    switchboard = switchboards[company[1]]
    return {
        "First Name": person["first"], "Last Name": person["last"], "Title": person["title"],
        "Company Name": company[0], "Company Name for Emails": company[0].split(" GmbH")[0].split(" KG")[0],
        "Email": "" if by_linkedin_only else person["email"],
        "Email Status": "Unavailable" if by_linkedin_only else dice.pick(["Verified", "Verified", "Extrapolated"]),
        "Primary Email Source": "Apollo", "Email Confidence": maybe(40, f"0.{dice.below(40) + 60}"),
        "Seniority": {"C-Level": "C suite", "VP": "Vp", "Director": "Director", "Manager": "Manager",
                      "Non-Manager": "Entry"}[person["level"]],
        "Departments": person["department"], "Contact Owner": "apollo-sync@" + company[1].split(".")[0] + "-demo.com",
        "Work Direct Phone": maybe(55, dashed(person["direct"])), "Mobile Phone": maybe(50, dashed(person["mobile"])),
        "Corporate Phone": dashed(switchboard), "Other Phone": maybe(10, dashed(switchboard)),
        "Stage": dice.pick(["Cold", "Approaching", "Replied"]), "Lists": "Spring outreach",
        "# Employees": str(company[4]), "Industry": company[3],
        "Keywords": ", ".join(company[3].replace("&", "and").split("/")),
        "Person Linkedin Url": maybe(84, dice.pick(["http://www.linkedin.com/in/{}", "https://linkedin.com/in/{}/"]).format(person["slug"])),
        "Website": f"http://www.{company[1]}", "Company Linkedin Url": "http://www.linkedin.com/company/" + company[1].split(".")[0],
        "City": place[0] if dice.chance(88) else "Remote", "State": place[1], "Country": place[4],
        "Company Address": f"{100 + sum(map(ord, company[1])) % 800} {STREETS[len(company[0]) % len(STREETS)]}, {place[0]}, {place[4]}",
        "Company City": place[0], "Company State": place[1], "Company Country": place[4], "Company Phone": dashed(switchboard),
        "Technologies": ", ".join(sorted({dice.pick(TECHNOLOGIES) for _ in range(4)})),
        "Annual Revenue": str(company[5] * 1000), "Apollo Contact Id": f"{dice.below(2**24):06x}{dice.below(2**24):06x}{dice.below(2**24):06x}{dice.below(2**24):06x}",
        "Secondary Email": maybe(22, person["private_email"]), "Secondary Email Source": "", "Tertiary Email": "",
    }


def apollo(people, net_new, switchboards):
    rows = []
    for person in people:
        if dice.chance(62):
            rows.append(apollo_row(person, switchboards))
            if dice.chance(9):  # once more, older: another title, fewer cells
                again = apollo_row(person, switchboards)
                again.update({"Title": dice.pick(TITLES["Non-Manager"]), "Mobile Phone": "", "Technologies": ""})
                rows.append(again)
    rows += [apollo_row(person, switchboards) for person in net_new if dice.chance(70)]
    dice.shuffle(rows)
    write("apollo-export.csv", APOLLO, rows)


# --- ZoomInfo: Windows-1252, semicolons, CRLF, as a German Excel saves it -------------------------------------------

ZOOMINFO = ["ZoomInfo Contact ID", "Last Name", "First Name", "Middle Name", "Salutation", "Suffix", "Job Title",
            "Management Level", "Job Start Date", "Job Function", "Department", "Direct Phone Number", "Email Address",
            "Email Domain", "Mobile phone", "Contact Accuracy Score", "Contact Accuracy Grade",
            "ZoomInfo Contact Profile URL", "LinkedIn Contact Profile URL", "Person Street", "Person City",
            "Person State", "Person Zip Code", "Country", "ZoomInfo Company ID", "Company Name", "Website",
            "Company HQ Phone", "Revenue (in 000s USD)", "Employees", "Primary Industry", "Last Updated Date"]


def zoominfo_row(person, switchboards):
    company, place = person["company"], PLACES[person["place"]]
    score = 70 + dice.below(30)
    contact_id = str(1_000_000_000 + dice.below(2**30))
    return {
        "ZoomInfo Contact ID": contact_id, "Last Name": person["last"], "First Name": person["first"],
        "Salutation": dice.pick(["", "", "Mr.", "Ms.", "Dr."]), "Suffix": "",
        "Job Title": person["title"] if dice.chance(75) else dice.pick(TITLES[person["level"]]),
        "Management Level": person["level"], "Job Start Date": maybe(60, date(2014, 10)),
        "Job Function": person["department"] + " Executive", "Department": person["department"],
        "Direct Phone Number": maybe(62, national(person["direct"])),
        "Email Address": maybe(90, person["email"]), "Email Domain": company[1],
        "Mobile phone": maybe(46, national(person["mobile"])), "Contact Accuracy Score": str(score),
        "Contact Accuracy Grade": "A+" if score > 94 else "A" if score > 84 else "B",
        "ZoomInfo Contact Profile URL": "https://app.zoominfo.com/#/apps/profile/person/" + contact_id,
        "LinkedIn Contact Profile URL": maybe(50, f"https://www.linkedin.com/in/{person['slug']}"),
        "Person Street": maybe(58, person["street"]), "Person City": place[0], "Person State": place[1],
        "Person Zip Code": place[3], "Country": place[4],
        "ZoomInfo Company ID": str(300_000_000 + sum(map(ord, company[1])) * 7919), "Company Name": company[0],
        "Website": "www." + company[1], "Company HQ Phone": national(switchboards[company[1]]),
        "Revenue (in 000s USD)": f"{company[5]:,}".replace(",", "."), "Employees": str(company[4] + dice.below(9)),
        "Primary Industry": company[2], "Last Updated Date": date(2022, 3),
    }


def zoominfo(people, net_new, switchboards):
    rows = [zoominfo_row(person, switchboards) for person in people if dice.chance(58)]
    rows += [zoominfo_row(person, switchboards) for person in net_new if dice.chance(50)]
    dice.shuffle(rows)
    write("zoominfo-contacts.csv", ZOOMINFO, rows, encoding="cp1252", delimiter=";", line_end="\r\n")


# --- LinkedIn: Connections.csv with its preamble ---------------------------------------------------------------------

LINKEDIN = ["First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On"]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
PREAMBLE = ('Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing. '
            "You will only see email addresses for connections who have allowed their connections to see or download "
            'their email address using this setting https://www.linkedin.com/psettings/privacy/email."\n\n')


def linkedin_row(person):
    connected = f"{dice.below(28) + 1:02d} {dice.pick(MONTHS)} {2016 + dice.below(9)}"
    if dice.chance(3):  # a member who closed the account
        return {"Connected On": connected}
    moved = dice.chance(12)
    return {
        "First Name": person["first"], "Last Name": person["last"] + maybe(8, ", MBA"),
        "URL": "https://www.linkedin.com/in/" + person["slug"], "Email Address": maybe(12, person["private_email"]),
        "Company": dice.pick(COMPANIES)[0] if moved else person["company"][0],
        "Position": dice.pick(TITLES[person["level"]]) if moved else person["title"], "Connected On": connected,
    }


def linkedin(people, net_new):
    rows = [linkedin_row(person) for person in people if dice.chance(52)]
    rows += [linkedin_row(person) for person in net_new if dice.chance(40)]
    dice.shuffle(rows)
    write("Connections.csv", LINKEDIN, rows, before="\ufeff" + PREAMBLE)


def main():
    switchboards, taken = make_companies_phone(), set()
    people = [make_person(n, taken) for n in range(PEOPLE_IN_CRM)]
    net_new = [make_person(n, taken) for n in range(PEOPLE_IN_CRM, PEOPLE_IN_CRM + NET_NEW_PEOPLE)]
    hubspot(people, switchboards)
    apollo(people, net_new, switchboards)
    zoominfo(people, net_new, switchboards)
    linkedin(people, net_new)


if __name__ == "__main__":
    main()
