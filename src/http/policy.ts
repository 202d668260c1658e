/** What a key may be allowed. `storno key create --scopes` takes these words. */
export const SCOPES = [
  'rentals:write',
  'rentals:read',
  'charges:read',
  'accounts:write',
  'accounts:read',
  'lots:write',
  'lots:read',
  'markets:write',
  'markets:read',
  'events:read',
  'webhooks:write',
  'webhooks:read',
  'incidents:write',
  'incidents:read',
  'plans:write',
  'plans:read',
  'plans:approve',
  'campaigns:write',
  'campaigns:read',
  'control',
  'metrics',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Who may: the holder of a scope, or anybody, with the reason why that is right. */
export type Access =
  | { readonly kind: 'scope'; readonly scope: Scope }
  | { readonly kind: 'open'; readonly because: string };

/** Every operation and who may call it. A route that is not here stops the start of the server. */
export const POLICY = {
  endRentals: scope('rentals:write'),
  listRentals: scope('rentals:read'),
  readRental: scope('rentals:read'),
  voidRental: scope('rentals:write'),
  correctRental: scope('rentals:write'),
  listCharges: scope('charges:read'),
  readCharge: scope('charges:read'),
  listAttempts: scope('charges:read'),
  putAccount: scope('accounts:write'),
  putPerson: scope('accounts:write'),
  readAccount: scope('accounts:read'),
  listBalances: scope('accounts:read'),
  grantLot: scope('lots:write'),
  listLots: scope('lots:read'),
  putMarket: scope('markets:write'),
  readMarket: scope('markets:read'),
  putPlan: scope('markets:write'),
  listEvents: scope('events:read'),
  createEndpoint: scope('webhooks:write'),
  listEndpoints: scope('webhooks:read'),
  readEndpoint: scope('webhooks:read'),
  changeEndpoint: scope('webhooks:write'),
  deleteEndpoint: scope('webhooks:write'),
  rotateSecret: scope('webhooks:write'),
  testEndpoint: scope('webhooks:write'),
  listDeliveries: scope('webhooks:read'),
  resendDelivery: scope('webhooks:write'),
  listIncidents: scope('incidents:read'),
  readIncident: scope('incidents:read'),
  listFindings: scope('incidents:read'),
  listFindingGroups: scope('incidents:read'),
  countLetters: scope('incidents:read'),
  readReconciliation: scope('incidents:read'),
  closeIncident: scope('incidents:write'),
  reviewFindings: scope('incidents:write'),
  recordComplaint: scope('incidents:write'),
  recordPrevention: scope('incidents:write'),
  lookOutside: scope('incidents:write'),
  createPlan: scope('plans:write'),
  listPlans: scope('plans:read'),
  readPlan: scope('plans:read'),
  listPlanRefunds: scope('plans:read'),
  listPlanSamples: scope('plans:read'),
  openPlanSample: scope('plans:approve'),
  approvePlan: scope('plans:approve'),
  refusePlan: scope('plans:approve'),
  readCampaign: scope('campaigns:read'),
  watchCampaign: scope('campaigns:read'),
  startCampaign: scope('campaigns:write'),
  pauseCampaign: scope('campaigns:write'),
  resumeCampaign: scope('campaigns:write'),
  stopCampaign: scope('campaigns:write'),
  grantGoodwill: scope('campaigns:write'),
  readControl: scope('control'),
  setControl: scope('control'),
  readMetrics: scope('metrics'),
  readStatement: open('it was published: it names nobody, and everybody may read it'),
  readStatementJson: open('it was published: it names nobody, and everybody may read it'),
  readStatementFeed: open('it was published: it names nobody, and everybody may read it'),
  receiveStripeEvent: open('the provider has no key; its signature is checked instead'),
  readHealth: open('says only that the process lives'),
  readReadiness: open('says only whether the database answers'),
  readDocument: open('is the same for everybody, and in the source'),
  readProblem: open('is the same for everybody, and in the source'),
} as const satisfies Readonly<Record<string, Access>>;

export type OperationId = keyof typeof POLICY;

function scope(name: Scope): Access {
  return { kind: 'scope', scope: name };
}

function open(because: string): Access {
  return { kind: 'open', because };
}
