import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { pause } from '../nodes.ts';

/**
 * A PostgreSQL of the harness's own: killed, restarted, filled up and failed over without harm to anybody's. Server
 * processes run as `postgres` where we are root, as PostgreSQL wants it.
 */
export interface Cluster {
  port(): number;
  /** As the server's own administrator. */
  query(statement: string): Promise<pg.QueryResult>;
  /** `kill -9` of the server and all its processes, then a start, which recovers. */
  killAndStart(): Promise<void>;
  restart(how: 'fast' | 'immediate'): Promise<void>;
  /** A standby that every commit waits for (`remote_apply`); PostgreSQL's own streaming replication. */
  addStandby(): Promise<void>;
  /** The primary dies, the standby takes over under another port. */
  failOver(): Promise<void>;
  /** From now on the log is archived, as docs/operations.md says for PITR. */
  archive(): Promise<void>;
  /** A base backup beside the server; answers its folder. */
  baseBackup(): string;
  /** The server is lost, and what its last backup and the archive hold until this moment takes its place. */
  restoreTo(backup: string, moment: string): Promise<void>;
  /** No room for WAL for so long; the server may die of it and is started again. */
  fillDisk(ms: number): Promise<void>;
  stop(): void;
}

const BIN = findBinaries();

/** Null where PostgreSQL's programs are not installed. */
function findBinaries(): string | null {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const found = versions.map((version) => `/usr/lib/postgresql/${version}/bin`);
  return found.find((folder) => existsSync(path.join(folder, 'initdb'))) ?? null;
}

export const clusterPossible = BIN !== null;

interface Server {
  folder: string;
  port: number;
}

export async function createCluster(): Promise<Cluster> {
  const base = mkdtempSync(path.join(tmpdir(), 'assent-cluster-'));
  const owner = ownerOf();
  const mounted = mountSmallDisk(base);
  if (owner !== null) chownSync(base, owner.uid, owner.gid);
  const archive = path.join(base, 'archive');
  let servers = 0;
  const folderOf = (): string => {
    servers += 1;
    return path.join(base, `server-${servers}`);
  };
  let primary: Server = { folder: folderOf(), port: await lastingPort() };
  let standby: Server | null = null;
  const run = (program: string, args: string[]): void => {
    execFileSync(path.join(BIN ?? '', program), args, {
      ...owner,
      cwd: base,
      stdio: 'ignore',
      timeout: 60_000,
    });
  };
  const query = async (statement: string, database = 'postgres'): Promise<pg.QueryResult> => {
    const client = new pg.Client({
      connectionString: `postgres://postgres@127.0.0.1:${primary.port}/${database}`,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.query(statement);
    } finally {
      await client.end().catch(() => {});
    }
  };
  const start = async (server: Server): Promise<void> => {
    const said = path.join(base, 'said');
    const log = openSync(said, 'w');
    spawn(path.join(BIN ?? '', 'postgres'), ['-D', server.folder, '-p', String(server.port), '-k', base], {
      ...owner,
      cwd: base,
      stdio: ['ignore', log, log],
      detached: true,
    }).unref();
    closeSync(log);
    for (let turn = 0; turn < 600; turn += 1) {
      const up = await tried(server.port);
      if (up) return;
      await pause(50);
    }
    throw new Error(`PostgreSQL does not start: ${readFileSync(said, 'utf8').slice(-1_000)}`);
  };
  const kill = (server: Server): void => {
    const pid = postmasterOf(server.folder);
    if (pid === null) return;
    // The postmaster's children die of its death at once only where they are killed with it.
    for (const child of [pid, ...childrenOf(pid)]) killQuietly(child);
    rmSync(path.join(server.folder, 'postmaster.pid'), { force: true });
  };
  run('initdb', ['-D', primary.folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  writeFileSync(path.join(primary.folder, 'postgresql.auto.conf'), SETTINGS);
  await start(primary);
  return {
    port: () => primary.port,
    query,
    async killAndStart() {
      kill(primary);
      await pause(100);
      await start(primary);
    },
    async restart(how) {
      run('pg_ctl', ['stop', '-D', primary.folder, '-m', how, '-w']);
      await start(primary);
    },
    async addStandby() {
      standby = { folder: folderOf(), port: await lastingPort() };
      run('pg_basebackup', [
        '-h',
        '127.0.0.1',
        '-p',
        String(primary.port),
        '-U',
        'postgres',
        '-D',
        standby.folder,
        '-R',
        '-X',
        'stream',
        '-c',
        'fast',
        '--no-sync',
      ]);
      await start(standby);
      await query("alter system set synchronous_standby_names = '*'");
      await query('alter system set synchronous_commit = remote_apply');
      await query('select pg_reload_conf()');
      for (let turn = 0; turn < 200; turn += 1) {
        const { rows } = await query("select 1 from pg_stat_replication where sync_state = 'sync'");
        if (rows.length > 0) return;
        await pause(50);
      }
      throw new Error('the standby does not follow');
    },
    async failOver() {
      if (standby === null) throw new Error('there is no standby');
      kill(primary);
      run('pg_ctl', ['promote', '-D', standby.folder, '-w']);
      const gone = primary.folder;
      primary = standby;
      standby = null;
      await query('alter system reset synchronous_standby_names');
      await query('select pg_reload_conf()');
      rmSync(gone, { recursive: true, force: true });
    },
    async archive() {
      mkdirSync(archive);
      if (owner !== null) chownSync(archive, owner.uid, owner.gid);
      await query("alter system set archive_mode = 'on'");
      await query(`alter system set archive_command = 'test ! -f ${archive}/%f && cp %p ${archive}/%f'`);
      await query("alter system set archive_timeout = '60s'");
      run('pg_ctl', ['stop', '-D', primary.folder, '-m', 'fast', '-w']);
      await start(primary);
    },
    baseBackup() {
      const folder = folderOf();
      const from = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', 'postgres'];
      run('pg_basebackup', [...from, '-D', folder, '-X', 'stream', '-c', 'fast', '--no-sync']);
      return folder;
    },
    async restoreTo(backup, moment) {
      // What archive_timeout does within a minute.
      const { rows } = await query('select pg_walfile_name(pg_switch_wal()) as file');
      const file = String(rows[0]?.file);
      for (let turn = 0; turn < 400 && !existsSync(path.join(archive, file)); turn += 1) await pause(50);
      const gone = primary.folder;
      kill(primary);
      rmSync(gone, { recursive: true, force: true });
      const settings = [
        `restore_command = 'cp ${archive}/%f %p'`,
        `recovery_target_time = '${moment}'`,
        "recovery_target_action = 'promote'",
      ];
      appendFileSync(path.join(backup, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
      writeFileSync(path.join(backup, 'recovery.signal'), '');
      primary = { folder: backup, port: await lastingPort() };
      await start(primary);
      for (let turn = 0; turn < 400; turn += 1) {
        const { rows: state } = await query('select pg_is_in_recovery() as recovering');
        if (state[0]?.recovering === false) return;
        await pause(50);
      }
      throw new Error('the restored server does not come to its end');
    },
    async fillDisk(ms) {
      if (!mounted) return;
      const filler = path.join(base, 'filler');
      const file = openSync(filler, 'w');
      try {
        for (;;) writeSync(file, Buffer.alloc(65_536));
      } catch {
        // It ends where the disk does.
      }
      closeSync(file);
      await pause(ms);
      rmSync(filler, { force: true });
      if (!(await tried(primary.port))) {
        kill(primary);
        await start(primary);
      }
    },
    stop() {
      kill(primary);
      if (standby !== null) kill(standby);
      if (mounted) execFileSync('umount', ['-l', base]);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Room for what the runs write and little more, so that a full disk is quickly made. */
const SETTINGS = `
shared_buffers = 32MB
max_connections = 60
min_wal_size = 32MB
max_wal_size = 64MB
wal_keep_size = 16MB
max_wal_senders = 4
hot_standby = on
checkpoint_timeout = 30s
`;

/**
 * A port that stays free while its server is dead: below those that the system gives to whoever connects somewhere
 * (`ip_local_port_range`).
 */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

function ownerOf(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString());
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function postmasterOf(folder: string): number | null {
  const file = path.join(folder, 'postmaster.pid');
  if (!existsSync(file)) return null;
  return Number(readFileSync(file, 'utf8').split('\n')[0]);
}

const childrenOf = (pid: number): number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
};

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

async function tried(port: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
    connectionTimeoutMillis: 1_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
