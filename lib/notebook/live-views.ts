/** Importing this file makes trainings, searches and experiments show their progress in the notebook, or in a terminal. */
import { experimentProgress } from '../experiments/progress';
import { searchProgress } from '../search/search-progress';
import { trainingProgress } from '../training/progress';
import { ExperimentView } from './experiment-view';
import { showProgress } from './progress';
import { SearchView } from './search-view';
import { TrainingView } from './training-view';

trainingProgress.showWith(showProgress(() => new TrainingView()));
searchProgress.showWith(showProgress((search) => new SearchView(search)));
experimentProgress.showWith(showProgress(() => new ExperimentView()));
