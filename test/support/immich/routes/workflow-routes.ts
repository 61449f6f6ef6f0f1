import { requireOwned } from '../access.js';
import { ApiError } from '../api-error.js';
import {
  anyBoolean,
  anyObject,
  anyString,
  checked,
  listOf,
  oneOf,
  optional,
  orNull,
  shape,
} from '../checks.js';
import type { WorkflowRecord } from '../records.js';
import { withPatchTwin } from '../route.js';
import type { Call, Route } from '../route.js';
import { toIso } from '../timestamps.js';

const TRIGGERS = ['AssetCreate', 'AssetMetadataExtraction'];
const TRIGGERS_3_2 = [...TRIGGERS, 'AssetTagged'];

const triggersOf = ({ immich }: Call): string[] => (immich.version.since('3.2') ? TRIGGERS_3_2 : TRIGGERS);
const WEBHOOK = 'immich-plugin-core#webhook';

type WorkflowBody = {
  trigger?: string;
  name?: string | null;
  description?: string | null;
  enabled?: boolean;
  steps?: { method: string; config: Record<string, unknown> | null; enabled?: boolean }[];
};

const CHECKS = {
  name: optional(orNull(anyString)),
  description: optional(orNull(anyString)),
  enabled: optional(anyBoolean),
  steps: optional(
    listOf(shape({ method: anyString, config: orNull(anyObject), enabled: optional(anyBoolean) })),
  ),
};

const toResponse = (workflow: WorkflowRecord, steps = workflow.steps): unknown => ({
  id: workflow.id,
  enabled: workflow.enabled,
  trigger: workflow.trigger,
  name: workflow.name,
  description: workflow.description,
  createdAt: toIso(workflow.createdAt),
  updatedAt: toIso(workflow.updatedAt),
  steps,
});

function stepsOf({ steps = [] }: WorkflowBody): WorkflowRecord['steps'] {
  return steps.map(({ method, config, enabled = true }) => {
    if (method !== WEBHOOK) throw new ApiError(400, `Unknown method ${method}`);
    return { method, config, enabled };
  });
}

/** The answer shows no steps although they are kept; that is Immich's own doing. */
function createWorkflow(call: Call): unknown {
  const { immich, user, body } = call;
  const dto = checked<WorkflowBody>(body, { trigger: oneOf(...triggersOf(call)), ...CHECKS });
  const now = immich.state.now();
  const workflow: WorkflowRecord = {
    id: immich.state.newId('workflow'),
    ownerId: user.id,
    trigger: dto.trigger ?? '',
    name: dto.name ?? null,
    description: dto.description ?? null,
    enabled: dto.enabled ?? true,
    createdAt: now,
    updatedAt: now,
    steps: stepsOf(dto),
  };
  immich.state.workflows.set(workflow.id, workflow);
  return toResponse(workflow, []);
}

const own = ({ immich, user, params }: Call, permission: string): WorkflowRecord =>
  requireOwned(immich.state.workflows, user, params['id'] ?? '', permission);

function updateWorkflow(call: Call): unknown {
  const dto = checked<WorkflowBody>(call.body, { trigger: optional(oneOf(...TRIGGERS)), ...CHECKS });
  const workflow = own(call, 'workflow.update');
  workflow.trigger = dto.trigger ?? workflow.trigger;
  if (dto.name !== undefined) workflow.name = dto.name;
  if (dto.description !== undefined) workflow.description = dto.description;
  workflow.enabled = dto.enabled ?? workflow.enabled;
  if (dto.steps) workflow.steps = stepsOf(dto);
  workflow.updatedAt = call.immich.state.now();
  return toResponse(workflow);
}

function listWorkflows({ immich, user, query }: Call): unknown {
  const mine = [...immich.state.workflows.values()].filter(({ ownerId }) => ownerId === user.id);
  const wanted = mine.filter(
    ({ name, trigger }) => (query['name'] ?? name) === name && (query['trigger'] ?? trigger) === trigger,
  );
  return wanted.map((workflow) => toResponse(workflow));
}

const V3 = '3.0';

/** Webhooks: IMMICH.md §11. */
export const workflowRoutes: Route[] = [
  {
    method: 'GET',
    path: '/workflows/triggers',
    permission: 'any',
    from: V3,
    answer: (call) => triggersOf(call).map((trigger) => ({ trigger, types: ['AssetV1'] })),
  },
  { method: 'GET', path: '/workflows', permission: 'workflow.read', from: V3, answer: listWorkflows },
  {
    method: 'POST',
    path: '/workflows',
    permission: 'workflow.create',
    from: V3,
    status: 201,
    answer: createWorkflow,
  },
  {
    method: 'GET',
    path: '/workflows/:id',
    permission: 'workflow.read',
    from: V3,
    answer: (call) => toResponse(own(call, 'workflow.read')),
  },
  ...withPatchTwin({
    method: 'PUT',
    path: '/workflows/:id',
    permission: 'workflow.update',
    from: V3,
    answer: updateWorkflow,
  }),
  {
    method: 'DELETE',
    path: '/workflows/:id',
    permission: 'workflow.delete',
    from: V3,
    status: 204,
    answer: (call) => void call.immich.state.workflows.delete(own(call, 'workflow.delete').id),
  },
];
