import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconButton } from '../ui/button.tsx';
import type { IconName } from '../ui/icon.tsx';
import { Icon } from '../ui/icon.tsx';

const schemes = [
  { value: 'auto', title: 'As the system', icon: 'screen' },
  { value: 'light', title: 'Light', icon: 'sun' },
  { value: 'dark', title: 'Dark', icon: 'moon' },
] as const satisfies readonly { value: string; title: string; icon: IconName }[];

/** Kept over restarts; "as the system" follows the desktop's change at once. */
export function ColourSchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const current = schemes.find(({ value }) => value === colorScheme) ?? schemes[0];
  return (
    <Menu position="top-end" width={180} withinPortal>
      <Menu.Target>
        <IconButton icon={current.icon} label={`Colours: ${current.title.toLowerCase()}`} />
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ value, title, icon }) => (
          <Menu.RadioItem
            key={value}
            value={value}
            checked={value === colorScheme}
            closeMenuOnClick
            checkIcon={<Icon name="check" size={13} />}
            rightSection={<Icon name={icon} size={14} />}
            onChange={() => setColorScheme(value)}
          >
            {title}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
