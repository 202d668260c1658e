import type { FactKind } from '../../../core/fact/fact.ts';

/**
 * What exports call the contract's columns in English, German and Italian, the surest first. Written as `plainWords`
 * makes them: lower case, umlauts spelled out, accents gone, words apart.
 */
const COLUMN_WORDS: Readonly<Record<string, readonly string[]>> = {
  payment_id:
    split(`payment id, transaction id, txn id, psp reference, zahlungs id, zahlungsnummer, zahlungsnr, transaktions id,
    transaktionsnummer, vorgang, vorgangsnummer, vorgangsnr, buchungsnummer, buchungs nr, id pagamento, numero pagamento, id transazione,
    numero transazione, codice transazione, id operazione, codice operazione, numero operazione, transaction, transaktion, transazione,
    operazione, payment, zahlung, pagamento, id, nr, numero, reference, referenz, riferimento`),
  line_id:
    split(`line id, entry id, line, entry, zeile, zeilen nr, buchungszeile, position, posten, riga, numero riga, movimento,
    id movimento, numero movimento, id, nr`),
  rental_id:
    split(`rental id, ride id, trip id, booking id, reservation id, journey id, fahrt id, fahrtnummer, fahrt nr, miet id, mietnummer,
    mietvorgang, buchungs id, reservierungsnummer, id noleggio, numero noleggio, codice noleggio, id corsa, numero corsa, codice corsa,
    id viaggio, numero prenotazione, rental, ride, trip, booking, reservation, journey, fahrt, miete, anmietung, buchung, reservierung,
    noleggio, corsa, viaggio, prenotazione, merchant reference, order id, order, auftrag, ordine, id, nr, numero`),
  account_id:
    split(`account id, customer id, user id, member id, client id, kunden id, kundennummer, kundennr, kunden nr, nutzer id,
    mitgliedsnummer, id cliente, codice cliente, numero cliente, id utente, codice utente, account, customer, user, member, client, driver,
    rider, kunde, nutzer, mitglied, fahrer, konto, cliente, utente, socio, conto, shopper reference`),
  vehicle_id:
    split(`vehicle id, car id, vehicle, car, vin, plate, license plate, licence plate, device id, fahrzeug id, fahrzeug, kennzeichen,
    wagen, auto, id veicolo, veicolo, targa, vettura, macchina, telaio`),
  market: split(
    'market, city, town, region, zone, stadt, ort, gebiet, geschaeftsgebiet, markt, citta, comune, zona, mercato, regione',
  ),
  started_at:
    split(`started at, start time, start, starttime, begin, pickup, pickup time, pickup datetime, lpep pickup datetime, from, beginn,
    startzeit, mietbeginn, fahrtbeginn, abholung, von, inizio, ora inizio, data inizio, inizio noleggio, inizio corsa, partenza, ritiro, dal`),
  ended_at:
    split(`ended at, end time, end, endtime, finished at, dropoff, dropoff time, dropoff datetime, lpep dropoff datetime, return, returned at,
    until, ende, endzeit, mietende, fahrtende, rueckgabe, bis, fine, ora fine, data fine, fine noleggio, fine corsa, arrivo, riconsegna,
    termine, al`),
  amount_due:
    split(`amount due, price, fare, cost, total amount, total price, total cost, total, amount, actual cost, charge, preis, fahrpreis,
    mietpreis, gesamtpreis, kosten, endbetrag, betrag, summe, prezzo, prezzo totale, costo, tariffa, importo dovuto, importo, totale`),
  amount:
    split(`amount, gross amount, gross, value, total amount, total, sum, price, betrag, bruttobetrag, brutto, summe, umsatz, importo,
    importo lordo, lordo, totale, valore, somma, prezzo`),
  currency: split('currency, currency code, ccy, waehrung, waehrungscode, valuta, divisa, codice valuta'),
  created_at:
    split(`created at, created, created on, timestamp, created utc, transaction date, payment date, date time, datetime, date, time,
    gebucht am, erstellt am, erstellt, zeitpunkt, zeitstempel, transaktionsdatum, zahlungsdatum, buchungsdatum, buchungszeit, datum, data e ora,
    data ora, creato il, data pagamento, data transazione, data operazione, data addebito, eseguito il, data`),
  booked_at:
    split(`booked at, booking date, value date, settled at, settlement date, posted at, posting date, buchungstag, buchungsdatum, gebucht am,
    wertstellung, valutadatum, data contabile, data valuta, data registrazione, data accredito, created at, date, datum, data`),
  status: split(
    'status, state, result, outcome, ergebnis, zustand, zahlungsstatus, stato, esito, stato pagamento, risultato',
  ),
  kind: split(`kind, type, transaction type, payment type, event, art, typ, vorgangsart, buchungsart, transaktionsart, zahlungsart, tipo,
    tipo operazione, tipo transazione, tipo movimento, causale`),
  parent_payment_id:
    split(`parent payment id, parent id, original payment id, original transaction id, original id, refunded payment, reference txn id,
    parent, original, ursprungszahlung, ursprung, urspruengliche zahlung, bezug, pagamento originale, transazione originale, id originale,
    originale, storno di`),
  charge_id:
    split(`charge id, our charge id, debit id, charge, belastungs id, belastung, forderung, rechnungsnummer, rechnung, invoice id,
    invoice, id addebito, addebito, fattura, numero fattura`),
  purpose: split(
    'purpose, reason, product, item, zweck, verwendungszweck, leistung, posten, scopo, motivo, prodotto, voce, causale',
  ),
  provider: split(
    'provider, psp, gateway, acquirer, processor, zahlungsanbieter, anbieter, zahlungsdienst, gestore, fornitore, circuito',
  ),
  idempotency_key:
    split(`idempotency key, idempotency, request key, request id, idempotenzschluessel, schluessel, anfrage id, chiave idempotenza,
    chiave di idempotenza, chiave, id richiesta`),
  file: split('file, file name, filename, batch, batch number, datei, dateiname, stapel, nome file, lotto, flusso'),
};

/** What exports write for the contract's choices. */
export const CHOICE_WORDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  kind: {
    charge:
      split(`charge, payment, sale, capture, captured, debit, purchase, settled, zahlung, einzug, belastung, abbuchung, lastschrift,
      addebito, pagamento, incasso, vendita, prelievo`),
    refund:
      split(`refund, refunded, credit, reversal, return, erstattung, rueckerstattung, gutschrift, rueckzahlung, rimborso, storno, accredito,
      riaccredito`),
    chargeback: split(
      'chargeback, dispute, disputed, rueckbelastung, ruecklastschrift, contestazione, disputa, insoluto',
    ),
    chargeback_reversal:
      split(`chargeback reversal, chargeback reversed, dispute won, dispute reversal, rueckbelastung storniert, contestazione vinta,
      storno contestazione`),
  },
  status: {
    succeeded:
      split(`succeeded, success, successful, ok, paid, completed, complete, settled, captured, approved, accepted, done, booked, true,
      erfolgreich, bezahlt, gebucht, abgeschlossen, erledigt, riuscito, riuscita, pagato, completato, eseguito, eseguita, approvato,
      andato a buon fine, buon fine`),
    failed:
      split(`failed, failure, declined, refused, rejected, error, denied, ko, false, abgelehnt, fehlgeschlagen, gescheitert, fehler, rifiutato,
      rifiutata, fallito, fallita, negato, errore, respinto, non riuscito`),
    canceled: split(
      'canceled, cancelled, voided, void, expired, abgebrochen, storniert, verfallen, annullato, annullata, scaduto',
    ),
    pending:
      split(`pending, processing, open, authorized, authorised, in progress, submitted, offen, ausstehend, in bearbeitung, vorgemerkt, in attesa,
      in corso, in lavorazione, autorizzato, sospeso`),
    unknown: split('unknown, timeout, unbekannt, unklar, sconosciuto, ignoto'),
  },
  purpose: {
    rental: split('rental, ride, trip, drive, miete, fahrt, noleggio, corsa, viaggio'),
    fee: split('fee, fine, penalty, gebuehr, strafe, commissione, tassa, multa, penale, sanzione'),
    package: split('package, subscription, pass, voucher, paket, abo, abonnement, guthaben, pacchetto, abbonamento'),
    adjustment: split('adjustment, correction, korrektur, anpassung, nachbelastung, rettifica, correzione, conguaglio'),
    deposit: split('deposit, hold, security deposit, kaution, anzahlung, cauzione, deposito'),
  },
};

/** Words in a header that tell the fact of a whole file. */
export const FACT_WORDS: Readonly<Record<FactKind, readonly string[]>> = {
  rentals:
    split(`start, end, begin, beginn, ende, inizio, fine, vehicle, car, fahrzeug, kennzeichen, veicolo, targa, distance, km, duration, dauer,
    durata, minuten, minuti, pickup, dropoff`),
  payments:
    split(`payment, transaction, psp, provider, card, refund, status, type, kind, zahlung, transaktion, karte, vorgang, ergebnis, art, pagamento,
    transazione, carta, esito, stato, tipo, rimborso, operazione`),
  charges: split(
    'charge, invoice, attempt, debit, belastung, rechnung, forderung, versuch, addebito, fattura, tentativo',
  ),
  settlements:
    split(`settlement, batch, line, booked, booking date, value date, payout, buchungstag, wertstellung, stapel, zeile, contabile, valuta,
    accredito, riga, lotto, movimento`),
};

/** A file has times of day in a column of their own. */
export const CLOCK_WORDS = split('time, clock, uhrzeit, zeit, ora, orario, ore');

/** A column of whole numbers says that it counts the smallest unit. */
export const MINOR_WORDS = split('cents, cent, minor, minor units, centesimi, pence, rappen');

function split(words: string): readonly string[] {
  return words.split(',').map((word) => word.trim().replace(/\s+/g, ' '));
}

/** A header or value in plain words: `KundenNr.` and `kunden-nr` are both `kunden nr`, `Città` is `citta`. */
export function plainWords(text: string): string {
  const spelled: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };
  return text
    .replace(/([a-zà-ÿ])([A-ZÀ-Þ])/g, '$1 $2')
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => spelled[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** How well a header names a contract column, from 0 to 1, and the word that it was known by. */
export function nameLikeness(header: string, column: string): { readonly score: number; readonly word: string } {
  const name = plainWords(header);
  const words = COLUMN_WORDS[column] ?? [];
  let best = { score: 0, word: '' };
  for (const [rank, word] of words.entries()) {
    // Later words are shared by several columns: `id`, `data`, `betrag`.
    const score = likeness(name, word) * (1 - (0.3 * rank) / words.length);
    if (score > best.score) best = { score, word };
  }
  return name === column.replaceAll('_', ' ') ? { score: 1, word: column } : best;
}

function likeness(name: string, word: string): number {
  if (name === word || name.replaceAll(' ', '') === word.replaceAll(' ', '')) return 1;
  const [names, words] = [name.split(' '), word.split(' ')];
  const shared = words.filter((each) => names.includes(each)).length;
  if (shared === words.length) return 0.85 - 0.05 * Math.min(names.length - words.length, 4);
  if (shared > 0 && words.length > 1) return (0.5 * shared) / words.length;
  return word.length >= 5 && (name.includes(word) || (name.length >= 5 && word.includes(name))) ? 0.6 : 0;
}
