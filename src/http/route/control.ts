import { JSON_TYPE } from '../body.ts';
import { ControlRequest, ControlShape } from '../contract/control.ts';
import { refer } from '../contract.ts';
import type { Desk } from '../desk.ts';
import { describe, problems } from '../document.ts';
import type { ApiPorts } from '../ports.ts';
import type { Routes } from '../route.ts';

export function addControlRoutes(ports: ApiPorts, desk: Desk, app: Routes): void {
  app.route({
    method: 'GET',
    url: '/v1/control',
    config: { operation: 'readControl' },
    schema: {
      ...describe('readControl', 'Control', 'Read whether money may be taken'),
      response: { 200: refer(ControlShape), ...problems() },
    },
    handler: () => ports.store.readControl(),
  });

  app.route({
    method: 'POST',
    url: '/v1/control',
    config: { operation: 'setControl', accepts: [JSON_TYPE], idempotency: 'required' },
    schema: {
      ...describe('setControl', 'Control', 'Stop or resume charging, for all workers'),
      body: refer(ControlRequest),
      response: {
        200: refer(ControlShape),
        ...problems('refused', 'idempotency_key_missing', 'command_running', 'idempotency_key_reused'),
      },
    },
    handler: async ({ body }) => {
      await desk.setControl(body);
      return ports.store.readControl();
    },
  });
}
