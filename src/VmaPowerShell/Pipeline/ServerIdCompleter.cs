using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace VmaTools.PowerShell;

/// <summary>Completes the numbers of the servers that run in this process.</summary>
public sealed class ServerIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        RunningServers.All()
            .Select(static s => (Id: s.ServerId.ToString(CultureInfo.InvariantCulture), Uri: s.Uri.ToString()))
            .Where(s => s.Id.StartsWith(wordToComplete ?? string.Empty, StringComparison.Ordinal))
            .Select(static s => new CompletionResult(s.Id, s.Id, CompletionResultType.ParameterValue, Printable.Text(s.Uri)));
}
