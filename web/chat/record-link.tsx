import { Link } from '@fluentui/react-components';
import { useFollow } from '../ui/link.tsx';
import { recordAddress } from './record-address.ts';

type Props = { record: { recordType: string; id: string; name: string } };

/** The name of a CRM record inside a sentence, underlined as links in text are, leading to its page. */
export function RecordLink({ record }: Props) {
  const address = recordAddress(record);
  const follow = useFollow(address);
  return (
    <Link inline as="a" href={address} onClick={follow} dir="auto">
      {record.name}
    </Link>
  );
}
