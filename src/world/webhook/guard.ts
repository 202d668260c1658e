import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Addresses to which no stranger may send us: loopback, private, link-local (with the metadata of clouds), shared,
 * multicast, reserved, and IPv6 forms that hold an IPv4 address. Source: the IANA special-purpose registries.
 */
const FORBIDDEN = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  FORBIDDEN.addSubnet(network, bits, 'ipv4');
}
/** Of IPv6 only what is globally routed is allowed, and of that not the parts that lead elsewhere. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  FORBIDDEN.addSubnet(network, bits, 'ipv6');
}

export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !FORBIDDEN.check(address, 'ipv4');
    case 6:
      return GLOBAL.check(address, 'ipv6') && !FORBIDDEN.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Said in place of an answer, so that the delivery log names the reason. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/**
 * Looks a name up and refuses it if any of its addresses is not public. The connection is made to the very addresses
 * that were checked: a name that answers differently a moment later (DNS rebinding) gains nothing.
 */
export const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '');
    const addresses: LookupAddress[] = found;
    const bad = addresses.find(({ address }) => !isPublic(address));
    if (bad !== undefined) return callback(new AddressRefused(`${hostname} is ${bad.address}, not public`), '');
    if (options.all === true) return (callback as unknown as AllCallback)(null, addresses);
    const [first] = addresses;
    if (first === undefined) return callback(new AddressRefused(`${hostname} has no address`), '');
    callback(null, first.address, first.family);
  });
};

type AllCallback = (error: null, addresses: LookupAddress[]) => void;
