/*
 * cli/commands.c - what commands there are, and what their help says
 *
 * Both languages describe the same options; tests/checks/help.sh compares them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli.h"

const struct cli_command cli_commands[] = {
    { "init",
      cmd_init,
      { { "--policy FILE [--ca FILE] [--keystore NAME]",
          "make a home: key, encrypted store, profile",
          "  --policy FILE     the admin's document (rufname.policy/1)\n"
          "  --ca FILE         extra trust anchor, PEM\n"
          "  --keystore NAME   file (default), secret-service (the desktop's "
          "keyring),\n"
          "                    keyring (the kernel's, gone after a restart), "
          "or\n"
          "                    fd:N, an inherited descriptor\n" },
        { "--policy DATEI [--ca DATEI] [--keystore NAME]",
          "Datenspeicher einrichten: Schlüssel, Datenbank, Profil",
          "  --policy DATEI    Richtlinie des Administrators "
          "(rufname.policy/1)\n"
          "  --ca DATEI        zusätzliches Stammzertifikat, PEM\n"
          "  --keystore NAME   file (Vorgabe), secret-service (Schlüsselbund "
          "der\n"
          "                    Arbeitsumgebung), keyring (der des Kernels, "
          "nach "
          "einem\n"
          "                    Neustart leer) oder fd:N, ein geerbter "
          "Deskriptor\n" } } },
    { "pin",
      cmd_pin,
      { { "set|change|clear [--pin-fd N]",
          "set the PIN that protects the key, or do without",
          "  --pin-fd N   read it from a descriptor, one a line: change takes "
          "the old\n"
          "               one first. Otherwise it is asked for on the "
          "terminal.\n" },
        { "set|change|clear [--pin-fd N]",
          "PIN festlegen, die den Schlüssel schützt, oder entfernen",
          "  --pin-fd N   von einem Deskriptor lesen, eine je Zeile: change "
          "nimmt die\n"
          "               alte zuerst. Sonst wird am Terminal danach "
          "gefragt.\n" } } },
    { "unlock",
      cmd_unlock,
      { { "[--pin-fd N]", "enter the PIN; holds until idle for too long",
          "  --pin-fd N   read it from a descriptor\n" },
        { "[--pin-fd N]", "PIN eingeben; gilt, bis zu lange nichts geschieht",
          "  --pin-fd N   von einem Deskriptor lesen\n" } } },
    { "lock",
      cmd_lock,
      { { "", "forget the PIN that was entered", "" },
        { "", "die eingegebene PIN vergessen", "" } } },
    { "rekey",
      cmd_rekey,
      { { "[--pin-fd N]", "a new key: encrypt the store and index anew",
          "The old key is destroyed: a copy of the home that somebody has "
          "opens no\n"
          "more. Contacts, sign-in and PIN stay. Killed at any moment, the "
          "home has\n"
          "the old key or the new one, and the next command ends what was "
          "begun.\n"
          "  --pin-fd N   read the PIN, if one is set, from a descriptor\n" },
        { "[--pin-fd N]",
          "neuer Schlüssel: Datenbank und Index neu verschlüsseln",
          "Der alte Schlüssel wird vernichtet: Eine Kopie des "
          "Datenspeichers lässt\n"
          "sich nicht mehr öffnen. Kontakte, Anmeldung und PIN bleiben. Wird "
          "der\n"
          "Vorgang abgebrochen, gilt der alte oder der neue Schlüssel, und "
          "der\n"
          "nächste Befehl bringt zu Ende, was begonnen war.\n"
          "  --pin-fd N   die PIN, falls festgelegt, von einem Deskriptor "
          "lesen\n" } } },
    { "login",
      cmd_login,
      { { "[--flow code|device|app] [--secret-file FILE|--cert-file FILE]",
          "sign in; tokens go into the encrypted store",
          "  --flow FLOW         code (default): in a browser on this "
          "machine;\n"
          "                      device: a code for another device;\n"
          "                      app: client credentials\n"
          "  --secret-file FILE  client secret of the app flow\n"
          "  --cert-file FILE    or its certificate and RSA key, PEM\n"
          "  --source ID         the file is for this blob source: a shared "
          "access\n"
          "                      signature or the account key\n" },
        { "[--flow code|device|app] [--secret-file DATEI|--cert-file DATEI]",
          "anmelden; Token kommen in die verschlüsselte Datenbank",
          "  --flow ART           code (Vorgabe): im Browser auf diesem "
          "Gerät;\n"
          "                       device: mit einem Code auf einem anderen;\n"
          "                       app: als Anwendung, ohne Person\n"
          "  --secret-file DATEI  Clientschlüssel der Anwendung\n"
          "  --cert-file DATEI    oder ihr Zertifikat mit RSA-Schlüssel, PEM\n"
          "  --source ID          die Datei gilt dieser Blob-Quelle: eine\n"
          "                       Signatur (SAS) oder der "
          "Kontoschlüssel\n" } } },
    { "logout",
      cmd_logout,
      { { "", "forget all tokens", "" }, { "", "alle Token vergessen", "" } } },
    { "sync",
      cmd_sync,
      { { "[--full] [--source ID] [--allow-shrink] [--dry-run]",
          "read the sources, then publish a new index",
          "  --full          read everything, not only what changed\n"
          "  --source ID     only this source of the policy\n"
          "  --allow-shrink  believe a source that lost most of its records\n"
          "  --dry-run       say what would change, and change nothing\n" },
        { "[--full] [--source ID] [--allow-shrink] [--dry-run]",
          "Datenquellen lesen, dann einen neuen Index veröffentlichen",
          "  --full          alles lesen, nicht nur Änderungen\n"
          "  --source ID     nur diese Datenquelle der Richtlinie\n"
          "  --allow-shrink  einer Quelle glauben, die ihre meisten "
          "Datensätze\n"
          "                  verloren hat\n"
          "  --dry-run       zeigen, was sich ändern würde, und nichts "
          "ändern\n" } } },
    { "import",
      cmd_import,
      { { "FILE... [--source ID]",
          "take over contact files (CSV, JSONL, vCard, .gz), then publish",
          "  --source ID   the policy's source for files, if it has "
          "several\n" },
        { "DATEI... [--source ID]",
          "Kontaktdateien übernehmen (CSV, JSONL, vCard, .gz)",
          "Danach wird ein neuer Index veröffentlicht.\n"
          "  --source ID   die Datenquelle für Dateien, wenn die Richtlinie "
          "mehrere\n"
          "                hat\n" } } },
    { "index",
      cmd_index,
      { { "[--deterministic]", "build and publish the index from the store",
          "  --deterministic  for tests: the same key, generation and "
          "contacts\n"
          "                   give the same bytes; who sees two such files "
          "sees\n"
          "                   whether they are equal\n" },
        { "[--deterministic]",
          "Index aus der Datenbank bauen und veröffentlichen",
          "  --deterministic  für Tests: Bei gleichem Schlüssel, gleicher "
          "Generation\n"
          "                   und gleichen Kontakten entstehen gleiche Bytes; "
          "wer zwei\n"
          "                   solche Dateien sieht, sieht auch, ob sie gleich "
          "sind\n" } } },
    { "normalize",
      cmd_normalize,
      { { "[--region CC | --with-region] [--clean [--area-code NN]] [FILE|-]",
          "standardise numbers to E.164, one a line",
          "  --region CC     region of numbers without a calling code\n"
          "  --with-region   lines are CC<TAB>number\n"
          "  --clean         correct labels, two numbers in one, dates, "
          "missing\n"
          "                  plus; an eighth column names the corrections\n"
          "  --area-code NN  with --clean: for numbers without one\n"
          "Columns: status, E.164, valid, possible, region, type, "
          "extension.\n" },
        { "[--region CC | --with-region] [--clean [--area-code NN]] [DATEI|-]",
          "Rufnummern nach E.164 vereinheitlichen, eine je Zeile",
          "  --region CC     Region von Nummern ohne Landesvorwahl\n"
          "  --with-region   Zeilen sind CC<TAB>Nummer\n"
          "  --clean         Beschriftungen, zwei Nummern in einer, Daten, "
          "fehlendes\n"
          "                  Plus berichtigen; eine achte Spalte nennt die\n"
          "                  Berichtigungen\n"
          "  --area-code NN  mit --clean: für Nummern ohne Ortsvorwahl\n"
          "Spalten: Zustand, E.164, gültig, möglich, Region, Art, "
          "Durchwahl.\n" } } },
    { "lookup",
      cmd_lookup,
      { { "NUMBER...|- [--time]", "who is calling?",
          "One line per number: as given, E.164, label. Exit 1 if none is "
          "known.\n"
          "  -        read numbers from stdin, one a line\n"
          "  --time   print the time per lookup to stderr\n" },
        { "NUMMER...|- [--time]", "Wer ruft an?",
          "Eine Zeile je Nummer: wie angegeben, E.164, Anzeige. Endet mit 1, "
          "wenn\n"
          "keine bekannt ist.\n"
          "  -        Nummern von der Standardeingabe lesen, eine je Zeile\n"
          "  --time   die Zeit je Abfrage auf stderr ausgeben\n" } } },
    { "search",
      cmd_search,
      { { "QUERY|- [--limit N] [--explain] [--time]", "search as you type",
          "One line per hit: contact id, name, company, best number. What is\n"
          "behind the eighth word or the first 256 bytes of QUERY is ignored.\n"
          "  --limit N   at most N hits, 1..1000 (default 20)\n"
          "  --explain   a fifth column: why it was found\n"
          "  --time      print the time per query to stderr\n" },
        { "SUCHTEXT|- [--limit N] [--explain] [--time]",
          "suchen wie beim Tippen",
          "Eine Zeile je Treffer: Kennung, Name, Firma, beste Nummer. Was "
          "hinter dem\n"
          "achten Wort oder den ersten 256 Byte von SUCHTEXT steht, zählt "
          "nicht.\n"
          "  --limit N   höchstens N Treffer, 1..1000 (Vorgabe 20)\n"
          "  --explain   eine fünfte Spalte: weshalb gefunden\n"
          "  --time      die Zeit je Suche auf stderr ausgeben\n" } } },
    { "emit",
      cmd_emit,
      { { "[--format text|stream|json] [--answer yes|no] [--commit]",
          "write the call directory in ascending order",
          "  --format text     digits and label (default)\n"
          "  --format stream   the calls of the next request: all entries, "
          "what\n"
          "                    changed since the last commit, or nothing\n"
          "  --format json     one object a line\n"
          "  --answer yes|no   what the phone says to ASK (default yes)\n"
          "  --commit          record that the phone took it\n" },
        { "[--format text|stream|json] [--answer yes|no] [--commit]",
          "Anrufliste in aufsteigender Folge ausgeben",
          "  --format text     Ziffern und Anzeige (Vorgabe)\n"
          "  --format stream   die Aufrufe der nächsten Anforderung: alle "
          "Einträge,\n"
          "                    die Änderungen seit der letzten Übernahme, "
          "oder nichts\n"
          "  --format json     ein Objekt je Zeile\n"
          "  --answer yes|no   was das Telefon auf ASK antwortet (Vorgabe "
          "yes)\n"
          "  --commit          festhalten, dass das Telefon sie übernommen "
          "hat\n" } } },
    { "ring",
      cmd_ring,
      { { "NUMBER [--device-contacts FILE.vcf]",
          "what the phone would show, and why",
          "Its own contacts come first, then the call directory. Exit 1 if it\n"
          "shows no name.\n"
          "  --device-contacts FILE   the phone's own contacts, vCard\n" },
        { "NUMMER [--device-contacts DATEI.vcf]",
          "was das Telefon anzeigen würde, und weshalb",
          "Seine eigenen Kontakte gehen vor, dann kommt die Anrufliste. Endet "
          "mit 1,\n"
          "wenn es keinen Namen zeigt.\n"
          "  --device-contacts DATEI   eigene Kontakte des Telefons, "
          "vCard\n" } } },
    { "export",
      cmd_export,
      { { "vcard|csv FILE | live-caller-id FILE.binpb [OPTION...]",
          "write contacts, or the input of Apple's Live Caller ID Lookup",
          "The file holds names and numbers in the clear; see the manual.\n"
          "vcard and csv only where the policy allows copies.\n"
          "  --category none|person|business   of each identity (business)\n"
          "  --cache-minutes N   how long a phone may keep an answer\n"
          "  --shards N          count the rows of each of N shards\n"
          "  --test-identity     add Apple's +14085551212 for the "
          "onboarding\n" },
        { "vcard|csv DATEI | live-caller-id DATEI.binpb [OPTION...]",
          "Kontakte oder Daten für Apples Live Caller ID Lookup schreiben",
          "Die Datei enthält Namen und Nummern im Klartext; siehe Handbuch.\n"
          "vcard und csv nur, wo die Richtlinie Kopien erlaubt.\n"
          "  --category none|person|business   der Einträge (business)\n"
          "  --cache-minutes N   wie lange ein Telefon eine Antwort behalten "
          "darf\n"
          "  --shards N          die Zeilen jedes von N Teilen zählen\n"
          "  --test-identity     Apples +14085551212 für die Freischaltung "
          "ergänzen\n" } } },
    { "explain",
      cmd_explain,
      { { "NUMBER|CONTACT|CODE",
          "what a number, a contact or an error comes from",
          "The records that carry the number: as written, what became of it, "
          "by\n"
          "which region, with which corrections, and whether it is emitted. "
          "Exit 1\n"
          "if no record has it. Of a contact, by its id: its records, what "
          "joined\n"
          "them, and all their numbers. Of an error, by its code: what it "
          "means.\n" },
        { "NUMMER|KONTAKT|CODE",
          "woher eine Nummer, ein Kontakt oder ein Fehler kommt",
          "Die Datensätze mit der Nummer: wie geschrieben, was daraus wurde, "
          "nach\n"
          "welcher Region, mit welchen Berichtigungen, und ob sie ausgegeben "
          "wird.\n"
          "Endet mit 1, wenn kein Datensatz sie hat. Von einem Kontakt, nach "
          "seiner\n"
          "Kennung: die Datensätze, was sie verbindet, und alle Nummern. Von "
          "einem\n"
          "Fehler, nach seinem Code: was er bedeutet.\n" } } },
    { "merges",
      cmd_merges,
      { { "[--suggested|--overrides]",
          "merged contacts, what may be one person, what was decided",
          "One line per record: contact id, record id, source, name, "
          "company.\n"
          "  --suggested   pairs that may be one person, and why\n"
          "  --overrides   pairs a user keeps together or apart\n" },
        { "[--suggested|--overrides]",
          "zusammengeführte Kontakte, Vorschläge, Entscheidungen",
          "Eine Zeile je Datensatz: Kennung von Kontakt und Datensatz, Quelle, "
          "Name,\n"
          "Firma.\n"
          "  --suggested   Paare, die eine Person sein könnten, und weshalb\n"
          "  --overrides   Paare, die jemand verbunden oder getrennt "
          "hat\n" } } },
    { "merge",
      cmd_merge,
      { { "ID ID [--dry-run]",
          "keep two contacts together as one, then publish",
          "Ids of contacts or records, as search and merges print them.\n"
          "  --dry-run   print the contact it would become, and change "
          "nothing\n" },
        { "ID ID [--dry-run]", "zwei Kontakte verbinden, dann veröffentlichen",
          "Kennungen von Kontakten oder Datensätzen, wie search und merges sie "
          "zeigen.\n"
          "  --dry-run   den entstehenden Kontakt zeigen und nichts "
          "ändern\n" } } },
    { "separate",
      cmd_separate,
      { { "ID ID [--dry-run]",
          "take the second record out of the first contact, then publish",
          "Of two contacts: never let them become one.\n"
          "  --dry-run   print the contacts they would become, and change "
          "nothing\n" },
        { "ID ID [--dry-run]",
          "den zweiten Datensatz aus dem ersten Kontakt lösen",
          "Bei zwei Kontakten: Sie werden nie zu einem. Danach wird ein neuer "
          "Index\n"
          "veröffentlicht.\n"
          "  --dry-run   die entstehenden Kontakte zeigen und nichts "
          "ändern\n" } } },
    { "favourite",
      cmd_favourite,
      { { "add ID | remove ID | list", "contacts that come first in a search",
          "" },
        { "add ID | remove ID | list",
          "Kontakte, die beim Suchen zuerst kommen", "" } } },
    { "policy",
      cmd_policy,
      { { "check FILE | show | simulate FILE | import FILE [--confirm]",
          "check, show, try out or take over a policy document",
          "  check FILE      every error and warning with line and column; "
          "needs no\n"
          "                  home; exit 3 if the document would be refused\n"
          "  show            the policy of the home with all defaults, as "
          "JSON\n"
          "  simulate FILE   what it would change in this home: rules, "
          "sources,\n"
          "                  entries (+ appears, - vanishes, ~ changes)\n"
          "  import FILE     take it over: filter, label and publish anew, no "
          "network\n"
          "  --confirm       even if a rule removes more than half of a "
          "source\n" },
        { "check DATEI | show | simulate DATEI | import DATEI [--confirm]",
          "Richtlinie prüfen, zeigen, erproben oder übernehmen",
          "  check DATEI     alle Fehler und Warnungen mit Zeile und Spalte, "
          "auch ohne\n"
          "                  Datenspeicher; endet mit 3, wenn sie abgelehnt "
          "würde\n"
          "  show            die geltende Richtlinie mit allen Vorgaben, als "
          "JSON\n"
          "  simulate DATEI  was sie hier ändern würde: Regeln, Datenquellen,\n"
          "                  Einträge (+ kommt, - geht, ~ ändert sich)\n"
          "  import DATEI    übernehmen: neu filtern, beschriften und "
          "veröffentlichen,\n"
          "                  ohne Netz\n"
          "  --confirm       auch wenn eine Regel mehr als die Hälfte einer "
          "Quelle\n"
          "                  entfernt\n" } } },
    { "source",
      cmd_source,
      { { "[list | on ID | off ID]",
          "the sources: which are on, how old, whose right is gone",
          "  list     one line per source: id, name, on or off, records, state "
          "of\n"
          "           the data, and when records go whose right was lost\n"
          "  on ID    read this source again from the next sync on\n"
          "  off ID   remove its records at once and leave it out\n" },
        { "[list | on ID | off ID]",
          "Datenquellen: ob ein, wie alt, wo das Recht fehlt",
          "  list     eine Zeile je Quelle: Kennung, Name, ein oder aus, "
          "Datensätze,\n"
          "           Stand, und wann Datensätze gehen, deren Recht fehlt\n"
          "  on ID    diese Quelle ab dem nächsten Abgleich wieder lesen\n"
          "  off ID   ihre Datensätze sofort entfernen und sie "
          "auslassen\n" } } },
    { "presence",
      cmd_presence,
      { { "[ID...] [--watch]", "are they free to talk?",
          "One line per contact: contact id, name, presence; of those without "
          "a\n"
          "presence none. ID is a contact id of search or the id of an Entra "
          "user;\n"
          "without one, the first 650 contacts that have a presence. Exit 1 if "
          "no\n"
          "state is known.\n"
          "  --watch   go on at the policy's intervals, one line per "
          "change\n" },
        { "[ID...] [--watch]", "Sind sie erreichbar?",
          "Eine Zeile je Kontakt: Kennung, Name, Anwesenheit; keine, wo es "
          "keine\n"
          "gibt. ID ist die Kennung eines Kontakts oder eines Entra-Benutzers; "
          "ohne\n"
          "sie die ersten 650 Kontakte mit Anwesenheit. Endet mit 1, wenn kein "
          "Zustand\n"
          "bekannt ist.\n"
          "  --watch   in den Abständen der Richtlinie fortfahren, eine Zeile "
          "je\n"
          "            Änderung\n" } } },
    { "action",
      cmd_action,
      { { "[CONTACT ACTION [--number NUMBER]]",
          "the finished URL of an action on a contact",
          "CONTACT is an id that search prints, or the id of an Entra user. "
          "Without\n"
          "arguments: the actions that the policy allows. Exit 3 if it does "
          "not,\n"
          "1 if the contact lacks what the action needs.\n"
          "  --number NUMBER   which of its numbers (otherwise the best)\n" },
        { "[KONTAKT AKTION [--number NUMMER]]",
          "die fertige Adresse (URL) einer Aktion zu einem Kontakt",
          "KONTAKT ist eine Kennung, wie search sie zeigt, oder die eines "
          "Entra-\n"
          "Benutzers. Ohne Angaben: die Aktionen, die die Richtlinie erlaubt. "
          "Endet\n"
          "mit 3, wenn sie es nicht tut, mit 1, wenn dem Kontakt das Nötige "
          "fehlt.\n"
          "  --number NUMMER   welche seiner Nummern (sonst die beste)\n" } } },
    { "report",
      cmd_report,
      { { "", "how the numbers of each source fare, and why", "" },
        { "", "was aus den Nummern jeder Quelle wurde, und weshalb", "" } } },
    { "prove",
      cmd_prove,
      { { "[--out DIR]",
          "check what is promised about data protection, on this home",
          "One line per statement: name, whether it holds, things looked at, "
          "things\n"
          "that speak against it. Exit 6 if one does not hold.\n"
          "  --out DIR   write prove.json and nachweis.txt (German) there\n" },
        { "[--out ORDNER]",
          "zugesagten Datenschutz an diesem Datenspeicher prüfen",
          "Eine Zeile je Aussage: Name, ob sie zutrifft, was angesehen wurde, "
          "was\n"
          "dagegen spricht. Endet mit 6, wenn eine nicht zutrifft.\n"
          "  --out ORDNER   prove.json und nachweis.txt dorthin "
          "schreiben\n" } } },
    { "audit",
      cmd_audit,
      { { "", "what was done, and whether an entry is missing", "" },
        { "", "was getan wurde, und ob ein Eintrag fehlt", "" } } },
    { "stats",
      cmd_stats,
      { { "", "counts and sizes", "" }, { "", "Zahlen und Größen", "" } } },
    { "verify",
      cmd_verify,
      { { "", "check every block of the index and page of the store", "" },
        { "", "jeden Block des Index und jede Seite der Datenbank prüfen",
          "" } } },
    { "doctor",
      cmd_doctor,
      { { "", "which rights the sources need, have, and have too many", "" },
        { "", "welche Rechte die Quellen brauchen, haben, zu viel haben",
          "" } } },
    { "wipe",
      cmd_wipe,
      { { "[--yes]", "remove the organisation's data from this device",
          "Key first, then all files of the home; the phone is given an empty "
          "list.\n"
          "What was cut short is finished by the next command. Afterwards the "
          "home\n"
          "gives out nothing (exit 8).\n"
          "  --yes   do not ask on a terminal\n" },
        { "[--yes]", "Daten der Organisation von diesem Gerät entfernen",
          "Zuerst der Schlüssel, dann alle Dateien; das Telefon erhält eine "
          "leere\n"
          "Liste. Was abgebrochen wurde, beendet der nächste Befehl. Danach "
          "gibt der\n"
          "Datenspeicher nichts mehr heraus (Ende mit 8).\n"
          "  --yes   am Terminal nicht nachfragen\n" } } },
    { NULL, NULL, { { NULL, NULL, NULL }, { NULL, NULL, NULL } } },
};
