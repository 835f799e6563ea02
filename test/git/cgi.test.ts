import {expect} from 'chai';
import {parseHeader} from '../../src/platform/git/cgi.js';

describe('the header of a CGI answer', () => {
  it('has a status, or means 200', () => {
    expect(parseHeader('Status: 404 Not Found\r\nPragma: no-cache')).to.deep.equal({
      status: 404,
      headers: {Pragma: 'no-cache'},
    });
    expect(parseHeader('Content-Type: a/b; c:d')).to.deep.equal({status: 200, headers: {'Content-Type': 'a/b; c:d'}});
    expect(parseHeader('Status: nonsense').status).to.equal(500);
  });
});
