#!/usr/bin/env bash
# Reproduce, and write report.md: what ran, and how metrics, parameters and plots differ from the target branch.
# Runs the same by hand: bash .github/report.sh main
set -euo pipefail
base=${1:-origin/main}
dvc repro 2>&1 | tee repro.log
dvc plots diff "$base" --out dvc_plots >plots.log 2>&1 || cat plots.log
{
  echo "## Reproduced against \`$base\`"
  echo
  echo "$(grep -c '^Running stage' repro.log || true) stages executed, $(grep -c 'is cached' repro.log || true) restored from the run cache."
  echo
  if git diff --quiet -- dvc.lock metrics plots; then
    echo "The committed \`dvc.lock\`, metrics and plots match this run."
  else
    echo "**The committed results differ from this run:**"
    echo
    echo '```'
    git diff --stat -- dvc.lock metrics plots
    echo '```'
  fi
  echo
  echo "### Metrics"
  echo
  dvc metrics diff "$base" --md --precision 4
  echo
  echo "### Parameters"
  echo
  dvc params diff "$base" --md
  echo
  echo "<details><summary>Pipeline</summary>"
  echo
  dvc dag --md --collapse-foreach-matrix
  echo "</details>"
  echo
  echo "Plots of both sides are in the artifact \`plots\` (\`index.html\`)."
} >report.md
rm -f repro.log plots.log
