import type { Command } from "commander";
import type { Fault } from "../../../engine/errors.js";
import { jobsThatPay } from "../../jobs/jobs-that-pay.js";
import { matrix } from "../../matrix/matrix.js";
import { command, finish, type Context } from "../command.js";
import { withCrew } from "../crew.js";
import { EXIT } from "../io.js";
import { assumptionsOf } from "../matrix/assumptions.js";
import { judge, type Answered } from "../matrix/judge.js";
import { loadMatrix } from "../matrix/load.js";
import { addMatrixOptions, type MatrixOptions } from "../matrix/options.js";
import { printerFor, type Printer } from "../matrix/print.js";
import { questionsOf, type Question } from "../matrix/questions.js";
import { sourcesOf } from "../matrix/sources.js";
import { shareText, startProgress, wholeText, type Progress } from "../progress.js";

/** What a cell of ten endpoints costs a thread; ms. */
const CELL_MS = 0.07;

export function matrixCommand(context: Context): Command {
  return addMatrixOptions(
    command("matrix", "ask every Service port from every kind of client, and say what each meets"),
  )
    .addHelpText("after", EXAMPLES)
    .action(async (options: MatrixOptions, self: Command) => {
      const problem = misuse(options);
      if (problem !== undefined) self.error(`error: ${problem}`, { exitCode: EXIT.usage });
      finish(await runMatrix(options, context), context);
    });
}

function misuse({ file, rules, snapshot }: MatrixOptions): string | undefined {
  if (file === undefined) return "-f says which Services to ask (with --rules or --snapshot too)";
  if (rules !== undefined && snapshot !== undefined) {
    return "--rules and --snapshot both say which rules to walk; give one";
  }
  return undefined;
}

async function runMatrix(options: MatrixOptions, { io }: Context): Promise<readonly Fault[]> {
  const progress = startProgress(io);
  const { value: setup, faults } = await loadMatrix(options, io, progress);
  if (setup === undefined) return faults;
  const chosen = sourcesOf(setup, options.source);
  const { sources, notes } = chosen.value;
  if (sources.length === 0) return [...faults, ...chosen.faults];
  const questions = questionsOf(setup, sources);
  const { world } = setup;
  const jobs = options.jobs ?? jobsThatPay(questions.length * CELL_MS, world.rules, io.cores);
  const assumptions = assumptionsOf(questions, world);
  const allNotes = [...setup.notes, ...notes];
  const printer = printerFor({ setup, options, sources, notes: allNotes, assumptions }, io);
  progress.tell(`indexing the rules for ${wholeText(questions.length)} packets`);
  const { faults: broken } = await withCrew(world, jobs, io, async (crew) => {
    const packets = questions.map(({ packet }) => packet);
    await printAll(questions, matrix(crew, packets), printer, progress);
  });
  progress.end();
  return [...faults, ...chosen.faults, ...broken];
}

/** Hands over each Service port's answers together. */
async function printAll(
  questions: readonly Question[],
  cells: ReturnType<typeof matrix>,
  printer: Printer,
  progress: Progress,
): Promise<void> {
  let own: Answered[] = [];
  let done = 0;
  printer.start();
  for await (const cell of cells) {
    const question = questions[done++];
    if (question === undefined) continue;
    if (own[0] !== undefined && own[0].belief !== question.belief) {
      printer.add(own);
      own = [];
    }
    own.push(judge(question, cell));
    progress.tell(shareText(done, questions.length, "packets"));
  }
  progress.end();
  printer.add(own);
  printer.end();
}

const EXAMPLES = `
Sources are a client outside the cluster, one that loadBalancerSourceRanges allow, a Pod on this node
and one on another, the node itself, and an endpoint that asks its own Service.

Examples:
  chainwalk matrix -f cluster.yaml --node worker-1
  kubectl get svc,endpointslices,nodes,pods -A -o yaml | chainwalk matrix -f - --problems
  chainwalk matrix -f cluster.yaml --snapshot node.snapshot --service shop/web
  chainwalk matrix -f cluster.yaml --source pod --source 198.51.100.9 -o csv > matrix.csv`;
