import {describeCrashes} from './crashes.js';

describe('kill -9', () => describeCrashes('process'));
