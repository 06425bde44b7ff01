import { Link } from '@fluentui/react-components';
import { downloading } from './own-file.ts';

/** A file of the API under its name; a click keeps it. */
export function FileLink({ path, name }: { path: string; name: string }) {
  return (
    <Link href={path} download={name} {...downloading(path, name)}>
      <bdi>{name}</bdi>
    </Link>
  );
}
