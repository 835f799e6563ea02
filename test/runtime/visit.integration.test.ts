import {expect} from 'chai';
import {once} from 'node:events';
import {createServer, type RequestListener, type Server} from 'node:http';
import {connect, type AddressInfo} from 'node:net';
import {visit} from '../../src/runtime/visit.js';
import {until} from '../support/until.js';
import type {Visit, VisitAnswer} from '../../src/model/visit.js';

describe('a visit', () => {
  let server: Server;
  const asked: string[] = [];

  const open = async (listener: RequestListener) => {
    server = createServer(listener);
    server.on('upgrade', (_, socket) => {
      socket.on('end', () => socket.end());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  };
  const go = (order: Partial<Visit> = {}, signal?: AbortSignal, listeningMs?: number): Promise<VisitAnswer> => {
    const whole = {from: '203.0.113.9', url: 'http://demo.localhost:7790/a?b', method: 'GET', headers: [], ...order};
    const connectAs = (peer: string, role: string) => {
      asked.push(`${peer} ${role}`);
      return Promise.resolve(connect((server.address() as AddressInfo).port, '127.0.0.1'));
    };
    return visit(whole, connectAs, signal, listeningMs);
  };

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    asked.length = 0;
  });

  it('asks as a client would, and tells all that came back', async () => {
    await open((request, response) => {
      response.writeHead(201, 'Made', [
        ['X-One', '1'],
        ['x-one', '2'],
      ]);
      response.write(`${request.method} ${request.url} ${request.headers.host} `);
      request.pipe(response);
    });
    const answer = await go({method: 'POST', headers: [['A', 'b']], body: 'hello'});
    expect(asked).to.deep.equal(['203.0.113.9 http']);
    expect(answer).to.include({version: '1.1', status: 201, reason: 'Made', truncated: false});
    expect(answer.headers.slice(0, 2)).to.deep.equal([
      ['X-One', '1'],
      ['x-one', '2'],
    ]);
    expect(Buffer.from(answer.body, 'base64').toString()).to.equal('POST /a?b demo.localhost:7790 hello');
  });

  it('keeps the Host that it was given', async () => {
    await open((request, response) => response.end(request.headers.host));
    const {body} = await go({headers: [['host', 'other.example']]});
    expect(Buffer.from(body, 'base64').toString()).to.equal('other.example');
  });

  it('shows the beginning of a body without end', async () => {
    await open((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536))) if (response.destroyed) return;
        response.once('drain', more);
      };
      more();
    });
    const answer = await go();
    expect(answer.truncated).to.equal(true);
    expect(Buffer.from(answer.body, 'base64').length).to.equal(1 << 20);
  });

  it('shows what came of a body that goes on and on, however slowly', async () => {
    await open((_, response) => void response.write('data: 1\n\n'));
    const answer = await go({}, undefined, 50);
    expect(answer).to.include({status: 200, truncated: true});
    expect(Buffer.from(answer.body, 'base64').toString()).to.equal('data: 1\n\n');
  });

  it('ends with whoever asked for it', async () => {
    const order = new AbortController();
    let gone = false;
    await open((request, response) => {
      request.socket.once('close', () => (gone = true));
      response.write('data: 1\n\n', () => order.abort());
    });
    expect(await go({}, order.signal).catch((error: Error) => error)).to.have.property('code', 'unavailable');
    await until('the end of the connection', () => gone);
  });

  it('ends with the head where protocols are switched', async () => {
    await open(() => undefined);
    const headers: Visit['headers'] = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'x'],
    ];
    expect(await go({headers})).to.include({status: 101, body: ''});
  });

  it('says so when there is no answer', async () => {
    await open((request) => request.socket.destroy());
    const failure = await go().catch((error: Error) => error);
    expect(failure).to.have.property('code', 'unavailable');
    expect(failure)
      .to.have.property('message')
      .that.matches(/^http:\/\/demo\.localhost:7790\/a\?b gave no answer: /);
  });
});
