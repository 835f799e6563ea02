import {expect} from 'chai';
import {logForms} from '../../src/model/log-form.js';

describe('forms of a log', () => {
  it('a line is itself', () => {
    expect(logForms.lines.line(3, 'T app[web.1]: a\rb')).to.equal('T app[web.1]: a\rb\n');
  });

  it('an event has an id', () => {
    expect(logForms.events.line(3, 'T app[web.1]: hello')).to.equal('id: 3\ndata: T app[web.1]: hello\n\n');
  });

  it('a carriage return, which ends a line of an event stream, loses nothing of the message', () => {
    expect(logForms.events.line(3, '10%\r20%\r')).to.equal('id: 3\ndata: 10%\ndata: 20%\n\n');
  });
});
