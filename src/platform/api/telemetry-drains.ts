import {DynoError} from '../../model/error.js';
import type {ApiCall} from '../http/route.js';
import {route} from '../http/route.js';
import type {TelemetryDrain} from '../store/account-records.js';
import {newId, timestamp} from '../store/identity.js';

const ranges = ['created_at', 'id'] as const;
const answers = 'telemetry-drain';

const present = (drain: TelemetryDrain) => ({
  created_at: drain.createdAt,
  id: drain.id,
  owner: {id: drain.ownerId, type: drain.ownerType},
  signals: drain.signals,
  exporter: drain.exporter,
  updated_at: drain.updatedAt,
});

function requireDrain({context, params}: ApiCall): TelemetryDrain {
  const found = context.store.telemetryDrains.find('id = @id', {id: params.drain!});
  if (!found) throw new DynoError('not_found', {resource: 'telemetry drain'});
  return found;
}

type Exporter = Omit<TelemetryDrain['exporter'], 'headers'> & {headers?: Record<string, string>};

/** @throws DynoError invalid_params */
function checked(exporter: Exporter): TelemetryDrain['exporter'] {
  if (exporter.type === 'otlphttp' && !/^https?:\/\/\S+$/.test(exporter.endpoint)) {
    throw new DynoError('invalid_params', {
      message: `Endpoint ${exporter.endpoint.slice(0, 80)} is not an http or https URL.`,
    });
  }
  return {...exporter, headers: exporter.headers ?? {}};
}

/** Kept as records: dynos of the Cedar generation send no telemetry, here as on Heroku. */
function add({context, body}: ApiCall) {
  const {store, clock} = context;
  const owner = body.owner as {id: string; type: 'app' | 'space'};
  const {id} = owner.type === 'app' ? store.apps.get(owner.id) : store.spaces.get(owner.id);
  const now = timestamp(clock.now());
  const drain = {id: newId(), ownerId: id, ownerType: owner.type, signals: body.signals as string[]};
  const exporter = checked(body.exporter as Exporter);
  return present(store.telemetryDrains.insert({...drain, exporter, createdAt: now, updatedAt: now}));
}

function change(call: ApiCall) {
  const {context, body} = call;
  const {id} = requireDrain(call);
  context.store.telemetryDrains.update(id, {
    ...(body.signals ? {signals: body.signals as string[]} : {}),
    ...(body.exporter ? {exporter: checked(body.exporter as Exporter)} : {}),
    updatedAt: timestamp(context.clock.now()),
  });
  return present(requireDrain(call));
}

const listOf = ({context}: ApiCall, ownerId: string) =>
  context.store.telemetryDrains.list('owner_id = @ownerId', {ownerId}).map(present);

export const telemetryDrainRoutes = [
  route('POST', '/telemetry-drains', {title: 'add a telemetry drain', answers, status: 201}, add),
  route('GET', '/apps/:app/telemetry-drains', {title: 'list telemetry drains', answers, ranges}, (call) =>
    listOf(call, call.context.store.apps.get(call.params.app!).id),
  ),
  route('GET', '/spaces/:space/telemetry-drains', {title: 'list telemetry drains', answers, ranges}, (call) =>
    listOf(call, call.context.store.spaces.get(call.params.space!).id),
  ),
  route('GET', '/telemetry-drains/:drain', {title: 'telemetry drain', answers}, (call) => present(requireDrain(call))),
  route('PATCH', '/telemetry-drains/:drain', {title: 'change a telemetry drain', answers}, change),
  route('DELETE', '/telemetry-drains/:drain', {title: 'remove a telemetry drain', answers}, (call) => {
    const drain = requireDrain(call);
    call.context.store.telemetryDrains.delete(drain.id);
    return present(drain);
  }),
];
