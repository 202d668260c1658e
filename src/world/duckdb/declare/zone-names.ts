import { isZone } from './zone.ts';

/**
 * Abbreviations that payment reports print, where the letters name one offset. `CET` and `EET` alone are read as the
 * zone with its summer time: reports that never print `CEST` mean the office's clock.
 */
const BY_ABBREVIATION: Readonly<Record<string, string>> = {
  UTC: 'UTC',
  GMT: 'UTC',
  Z: 'UTC',
  BST: 'Etc/GMT-1',
  WEST: 'Etc/GMT-1',
  CET: 'Europe/Brussels',
  CEST: 'Etc/GMT-2',
  EET: 'Europe/Helsinki',
  EEST: 'Etc/GMT-3',
  EST: 'Etc/GMT+5',
  EDT: 'Etc/GMT+4',
  CST: 'Etc/GMT+6',
  CDT: 'Etc/GMT+5',
  MST: 'Etc/GMT+7',
  MDT: 'Etc/GMT+6',
  PST: 'Etc/GMT+8',
  PDT: 'Etc/GMT+7',
  AEST: 'Etc/GMT-10',
  AEDT: 'Etc/GMT-11',
};

/** The IANA zone behind a label of a report; null if none is known. */
export function zoneOfLabel(label: string): string | null {
  const name = label.trim();
  return BY_ABBREVIATION[name.toUpperCase()] ?? (isZone(name) ? name : null);
}
