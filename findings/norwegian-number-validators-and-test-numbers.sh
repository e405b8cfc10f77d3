#!/usr/bin/env bash
# @navikt/fnrvalidator 2.2.1 and norwegian-national-id-validator 3.1.3 (npm), python-stdnum 2.2 (PyPI): checks of Norwegian
# national identity numbers.
#
# Norwegian test environments have two kinds of synthetic numbers, with right check digits: the tax administration's add 80
# to the month, those of Norsk helsenett add 65. One would expect a validator that knows test numbers to know both. NAV's
# takes the first kind and calls the second an invalid date; the other two take neither, and offer no switch for it. So a
# health record system that validates before it sends refuses every patient of HelseID's and Helsenorge's test environments,
# by whichever of the three it uses. NAV's alone takes the check digits that numbers may have from 2032 on.
#
# Seen: "month+80 valid false InvalidComponent", "month+65 invalid false InvalidComponent",
#       "month+80,2032 valid false InvalidChecksum".
# Ends with 0 while that is so, with 1 when it has changed. The numbers are nobody's.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @navikt/fnrvalidator@2.2.1 norwegian-national-id-validator@3.1.3 >/dev/null
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check python-stdnum==2.2
cat >check.mjs <<'JS'
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const { idnr } = await import("@navikt/fnrvalidator");
const { validateNorwegianIdNumber } = require("norwegian-national-id-validator");
const number = process.argv[2];
console.log(idnr(number).status, validateNorwegianIdNumber(number));
JS
stdnum() {
    venv/bin/python -c '
import sys
from stdnum.no import fodselsnummer
try:
    fodselsnummer.validate(sys.argv[1])
    print("valid")
except Exception as error:
    print(type(error).__name__)' "$1"
}
seen() { echo "$1 $(node check.mjs "$2") $(stdnum "$2")"; }
found=$(seen month+80 15861050014; seen month+65 15711050016; seen month+80,2032 15861050030)
echo "$found"
[ "$found" = "month+80 valid false InvalidComponent
month+65 invalid false InvalidComponent
month+80,2032 valid false InvalidChecksum" ]
