import {
  Checkbox,
  createTheme,
  InputWrapper,
  localStorageColorSchemeManager,
  Menu,
  Modal,
  MultiSelect,
  NumberInput,
  Popover,
  SegmentedControl,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'switchyard-colour-scheme' });

const small = { defaultProps: { size: 'xs' } };
const overlay = { shadow: 'md', transitionProps: { duration: 90 } } as const;

/** Mantine gives behaviour; what it looks like is set by ui/base.css from the tokens. */
export const theme = createTheme({
  respectReducedMotion: true,
  focusRing: 'auto',
  cursorType: 'default',
  components: {
    // Help stands below, so that inputs beside each other stand in one line; what is wrong comes before it.
    InputWrapper: InputWrapper.extend({ defaultProps: { inputWrapperOrder: ['label', 'input', 'error', 'description'] } }),
    TextInput: TextInput.extend(small),
    NumberInput: NumberInput.extend(small),
    Textarea: Textarea.extend(small),
    Select: Select.extend(small),
    MultiSelect: MultiSelect.extend(small),
    TagsInput: TagsInput.extend(small),
    Checkbox: Checkbox.extend(small),
    Switch: Switch.extend(small),
    SegmentedControl: SegmentedControl.extend(small),
    // Without the placeholder the first item takes the focus, and a menu holds nothing but items.
    Menu: Menu.extend({ defaultProps: { ...overlay, withInitialFocusPlaceholder: false } }),
    Popover: Popover.extend({ defaultProps: overlay }),
    Modal: Modal.extend({ defaultProps: { transitionProps: { duration: 90 } } }),
    Tooltip: Tooltip.extend({ defaultProps: { transitionProps: { duration: 90 } } }),
  },
});
