import {describeDocker} from '../support/docker.js';
import {describeCrashes} from './crashes.js';

describeDocker('kill -9', () => describeCrashes('docker'));
