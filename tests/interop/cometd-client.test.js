// The official CometD client, version 9.0.0, against our simulator.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { OfficialClient } from './client.js';
import { Chat, startSimulator } from './simulator.js';

const NUMBERED = Array.from({ length: 200 }, (_, index) => `No ${index + 1}`);

const WAYS = [
  { name: 'acknowledgements on', offered: true, ack: true, appendType: true },
  { name: 'acknowledgements off', offered: false, ack: false, appendType: true },
  { name: 'acknowledgements offered, not used; one address for all messages', offered: true, ack: false, appendType: false },
];

for (const { name, offered, ack, appendType } of WAYS) {
  test(`a whole chat, ${name}`, async (t) => {
    const simulator = await startSimulator('--scenario', 'deliveries.scenario', '--ack', offered ? 'on' : 'off');
    t.after(() => simulator.stop());
    const client = new OfficialClient(simulator.base, 'official', { ack, appendType });

    await t.test('handshake', async () => {
      const reply = await client.handshake();
      assert.equal(reply.successful, true);
      assert.equal(reply.clientId, client.cometd.getClientId());
      assert.equal(reply.ext?.ack ?? false, offered, 'the server offers acknowledgements as it was told to');
    });

    await t.test('subscribe', () => client.subscribe('/_genesys'));

    let chat;
    await t.test('an agent joins', async () => {
      chat = await Chat.begin(simulator.base, 'official');
      assert.equal(chat.channel, '/_genesys');
      await client.until('the agent', () =>
        client.events.some(([type, name]) => type === 'Notice.Joined' && name === 'Kristi Sippola'),
      );
    });

    await t.test('200 deliveries, each once and in order', async () => {
      await chat.say('two hundred, please');
      await client.until('200 messages', () => client.texts().length >= 200);
      assert.deepEqual(client.texts(), NUMBERED);
    });

    await t.test('a forgotten session is made anew', async () => {
      await chat.say('forget me');
      await client.until('a second session', () => client.sessions.length === 2);
      await client.until('its subscription', () => client.subscriptions === 2);
      assert.notEqual(client.sessions[0], client.sessions[1]);
      assert.match(String(client.refusals.at(-1)), /^402:/);
      await chat.say('still there?');
      await client.until('the answer', () => client.texts().at(-1) === 'Still here.');
      assert.deepEqual(client.texts(), [...NUMBERED, 'Still here.']);
    });

    await t.test('disconnect', async () => {
      await chat.end();
      const reply = await client.disconnect();
      assert.equal(reply.successful, true);
      assert.equal(client.cometd.isDisconnected(), true);
    });
  });
}
