"""The key of a phone number: E.164 by libphonenumber where it is possible, else its digits if there are seven or more.

Plain readings: "one digit repeated" is asked of the digits as they are written; digits of every script count.
"""

import unicodedata

import phonenumbers


def key(value: str, region: str = "US"):
    digits = "".join(str(unicodedata.decimal(c)) for c in value if unicodedata.decimal(c, None) is not None)
    if digits and digits == digits[0] * len(digits):
        return None
    try:
        number = phonenumbers.parse(value, region)
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass
    return digits if len(digits) >= 7 else None
