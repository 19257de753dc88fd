import { isCommunityError } from '@microgrid/community';
import { isMeteringError } from '@microgrid/metering';
import { isSettlementError } from '@microgrid/settlement';
import { isTariffError } from '@microgrid/tariff';
import { isUnitsError } from '@microgrid/units';
import { isRunnerError, isSystemError } from './runner-error.js';

/** Whether an error says what is wrong with an input, and not with this program. */
export function isInputError(error: unknown): error is Error {
  return (
    isCommunityError(error) ||
    isMeteringError(error) ||
    isRunnerError(error) ||
    isSettlementError(error) ||
    isTariffError(error) ||
    isUnitsError(error) ||
    isSystemError(error)
  );
}
