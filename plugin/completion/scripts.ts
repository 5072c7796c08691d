/** The shells that completion is offered for; `kubectl` is for `kubectl compass`, whatever the shell. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell', 'kubectl'] as const;

export type Shell = (typeof SHELLS)[number];

/** By this line a file is known to be ours, of whatever version. */
export const SHIM_MARK = '# written by: kubectl compass completion install';

/** What kubectl runs, under the name `kubectl_complete-compass`, to complete the words after `kubectl compass`. */
const KUBECTL = `#!/bin/sh
${SHIM_MARK}
exec kubectl-compass __complete "$@"
`;

/** The same where files are run by their extension. */
export const KUBECTL_ON_WINDOWS = `@rem ${SHIM_MARK}
@kubectl-compass __complete %*
`;

const BASH = `# bash completion for kubectl-compass; load it by: source <(kubectl-compass completion bash)
_kubectl_compass() {
  local line=\${COMP_LINE:0:COMP_POINT} words answer entry current
  # Not COMP_WORDS: that is split at "=" and ":", too.
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current=\${words[\${#words[@]}-1]}
  [[ $current == --*=* ]] && current=\${current#*=}
  mapfile -t answer < <(kubectl-compass __completeNoDesc "\${words[@]:1}" 2>/dev/null)
  [[ \${#answer[@]} -gt 0 ]] || return
  local directive=\${answer[\${#answer[@]}-1]#:}
  unset "answer[\${#answer[@]}-1]"
  COMPREPLY=()
  # Where bash breaks words at colons, it wants what stands behind the last one: an EKS context holds several.
  local before=
  [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && before=\${current%:*}:
  for entry in "\${answer[@]}"; do
    [[ $entry == "$current"* ]] && COMPREPLY+=("$(printf '%q' "\${entry#"$before"}")")
  done
  if ((directive & 2)); then compopt -o nospace; fi
  if ((directive & 16)); then compopt -o dirnames; fi
  if ((!(directive & 4) && !(directive & 16))); then compopt -o default; fi
}
complete -F _kubectl_compass kubectl-compass
`;

const ZSH = `#compdef kubectl-compass
# zsh completion for kubectl-compass; load it by: source <(kubectl-compass completion zsh)
_kubectl_compass() {
  local -a answer described
  local entry value directive
  answer=("\${(@f)$(kubectl-compass __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  (( \${#answer} )) || return 1
  directive=\${answer[-1]#:}
  for entry in "\${(@)answer[1,-2]}"; do
    value=\${entry%%$'\\t'*}
    value=\${value//:/\\\\:}
    [[ $entry == *$'\\t'* ]] && value+=":\${entry#*$'\\t'}"
    described+=("$value")
  done
  [[ $words[CURRENT] == --*=* ]] && compset -P '*='
  if (( \${#described} )); then
    local -a space
    (( directive & 2 )) && space=(-S '')
    _describe -V 'kubectl compass' described $space
  elif (( directive & 16 )); then
    _files -/
  elif (( ! (directive & 4) )); then
    _files
  fi
}
compdef _kubectl_compass kubectl-compass
`;

const FISH = `# fish completion for kubectl-compass; load it by: kubectl-compass completion fish | source
function __kubectl_compass
    set -l current (commandline -ct)
    set -l words (commandline -opc) "$current"
    set -l answer (kubectl-compass __complete $words[2..-1] 2>/dev/null)
    test (count $answer) -gt 0; or return
    set -l prefix (string match -r -- '^--[^=]+=' "$current")
    for entry in $answer[1..-2]
        echo "$prefix$entry"
    end
    switch $answer[-1]
        case ':0'
            __fish_complete_path (string replace -r -- '^--[^=]+=' '' "$current")
        case ':16'
            __fish_complete_directories (string replace -r -- '^--[^=]+=' '' "$current")
    end
end
complete -c kubectl-compass -f -a '(__kubectl_compass)'
`;

const POWERSHELL = `# PowerShell completion for kubectl-compass; load it by:
#   kubectl-compass completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'kubectl-compass' -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $position } |
    ForEach-Object { $_.ToString() })
  # Older versions lose an empty argument on its way to a program.
  if ($word -eq '') { $words += if ($PSNativeCommandArgumentPassing -in 'Standard', 'Windows') { '' } else { '""' } }
  $prefix = if ($word -match '^(--[^=]+=)') { $Matches[1] } else { '' }
  & kubectl-compass __complete @words 2>$null | Where-Object { $_ -notmatch '^:\\d+$' } | ForEach-Object {
    $value, $text = $_ -split "\`t", 2
    if (-not $text) { $text = $value }
    [System.Management.Automation.CompletionResult]::new("$prefix$value", $value, 'ParameterValue', $text)
  }
}
`;

/** What a shell has to load, or for kubectl the whole of `kubectl_complete-compass`. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
  kubectl: KUBECTL,
};
